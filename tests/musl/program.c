/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For mixed.sh: is the library there? Keep the pid of a child that was waited for, and use it. Run
 * a shell in two ways. Print what came of each.
 */
#include <errno.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char shell[] = "case $LD_PRELOAD in *preload.so*) echo loaded;; *) echo bare;; esac";

static void through_popen(void)
{
	char line[32] = "nothing\n";
	FILE *pipe = popen(shell, "r");

	if (pipe && !fgets(line, sizeof(line), pipe))
		strcpy(line, "nothing\n");
	printf("popen: %s", line);
	if (!pipe || pclose(pipe) != 0)
		puts("pclose failed");
}

int main(void)
{
	pid_t pid = fork();
	int n;

	if (pid == 0)
		_exit(0);
	if (waitpid(pid, NULL, 0) != pid)
		return 1;
	/* libc has no message for this number */
	printf("library: %s\n", strstr(strerror(EEPOCH), "later process") ? "yes" : "no");
	n = kill(pid, SIGTERM);
	printf("kill: %d %s\n", n, n ? strerror(errno) : "");
	through_popen();
	fflush(stdout);
	return system(shell);
}
