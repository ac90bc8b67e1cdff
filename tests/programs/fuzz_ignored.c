// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz_ignored - takes the error of a wait for a failure of the child. So it fails wherever its
 * parent has ignored SIGCHLD. "own": it ignores SIGCHLD itself, and expects the error.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int own = argc > 1 && strcmp(argv[1], "own") == 0, status = 0;
	pid_t pid;

	if (own)
		signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (waitpid(pid, &status, 0) < 0)
		return !own;
	return own || !WIFEXITED(status);
}
