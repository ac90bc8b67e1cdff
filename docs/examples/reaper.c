/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reaper - a first process of a container that does not lose the statuses of its libraries.
 *
 *     cc reaper.c -o reaper
 *     ./reaper ASKS                                    before: answers are lost
 *     pidepoch run --waits=share -- ./reaper ASKS      after: none is
 *
 * Such a process adopts orphans, so it waits for any child; and it calls a library that starts
 * programs and waits for them by their pids, here with popen() and pclose(). The wait for any child
 * takes the status of the library's program as well, and a program cannot tell an orphan from a
 * child of a library. The source needs no change: with --waits=share the wait of the library gets
 * the status that the other wait has taken, once.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t reaped;

static void reap(int signal)
{
	int before = errno;

	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = before;
}

/* the library: the answer of a program, which is its status; -1: not known */
static int ask(int question)
{
	char command[32];
	FILE *program;
	int status;

	snprintf(command, sizeof(command), "exit %d", question);
	program = popen(command, "r");
	if (!program)
		return -1;
	while (getc(program) != EOF)
		;
	status = pclose(program);
	return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* a service that goes on in the background, and is an orphan from then on */
static int start_service(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (fork() == 0)
			execl("/bin/sh", "sh", "-c", "exit 3", (char *)NULL);
		_exit(0);
	}
	return pid < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	const struct sigaction on_child = { .sa_handler = reap, .sa_flags = SA_RESTART };
	int asks = argc > 1 ? atoi(argv[1]) : 20, answers = 0;
	sigset_t child, before;

	if (getpid() != 1)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigaction(SIGCHLD, &on_child, NULL);
	for (int i = 0; i < asks; i++)
		answers += ask(i % 100) == i % 100;
	printf("%d of %d answers\n", answers, asks);

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	reaped = 0;
	if (start_service() < 0)
		return 1;
	while (reaped < 2) /* the service, and what started it */
		sigsuspend(&before);
	printf("the service was reaped\n");
	return 0;
}
