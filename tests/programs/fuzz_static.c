// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz_static - a static program, into which no library is loaded, and what it does wrong:
 *
 *   pid     signals a child that it has reaped
 *   group   signals the group of a leader that it has reaped
 *   stolen  reaps any child, and then waits for one by its pid
 *   right   waits for its children, and signals only those that it has not reaped
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int after; /* the calls are to stay, and in their order */

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		_exit(0);
	}
	setpgid(pid, pid);
	return pid;
}

__attribute__((noinline)) static void act_late(pid_t pid)
{
	waitpid(pid, NULL, 0);
	kill(pid, SIGTERM);
	after++;
}

__attribute__((noinline)) static void act_on_group_late(pid_t pid)
{
	waitpid(pid, NULL, 0);
	kill(-pid, SIGTERM);
	after++;
}

__attribute__((noinline)) static void wait_late(pid_t pid)
{
	while (waitpid(-1, NULL, 0) > 0)
		after++;
	waitpid(pid, NULL, 0);
	after++;
}

static void be_right(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	waitpid(start(), NULL, 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "right";
	pid_t pid = start();

	if (strcmp(what, "pid") == 0)
		act_late(pid);
	else if (strcmp(what, "group") == 0)
		act_on_group_late(pid);
	else if (strcmp(what, "stolen") == 0)
		wait_late(pid);
	else
		be_right(pid);
	return 0;
}
