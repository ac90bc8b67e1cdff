// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * flood - a static program that makes calls that each have one correct result, in eight
 * processes, until its standard input ends. It prints a dot for each BATCH of rounds; at the end it
 * prints how many calls it made, and how many were wrong, lost or made twice.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 8, BATCH = 10 };

struct tally {
	long calls, wrong;
};

static volatile sig_atomic_t got;

static void on_signal(int signal)
{
	(void)signal;
	got++;
}

static void expect(struct tally *t, const char *what, bool right)
{
	t->calls++;
	if (right)
		return;
	t->wrong++;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
}

static void one_round(struct tally *t)
{
	int status = 0, before = got;
	siginfo_t si = { .si_pid = 0 };
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	expect(t, "fork", child > 0);
	expect(t, "wait for one that lives", waitpid(child, &status, WNOHANG) == 0);
	expect(t, "kill", kill(child, SIGTERM) == 0);
	expect(t, "waitid", waitid(P_PID, (id_t)child, &si, WEXITED | WNOWAIT) == 0);
	expect(t, "wait for all", waitpid(-1, &status, 0) == child && WTERMSIG(status) == SIGTERM);
	expect(t, "wait for no process", waitpid(-1, &status, 0) < 0 && errno == ECHILD);
	expect(t, "kill of no process", kill(child, 0) < 0 && errno == ESRCH);
	expect(t, "raise", raise(SIGUSR1) == 0 && got == before + 1);
	expect(t, "exec", execl("/nowhere", "x", (char *)NULL) < 0 && errno == ENOENT);
}

static struct tally flood(void)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };
	struct tally t = { 0, 0 };

	signal(SIGUSR1, on_signal);
	while (poll(&in, 1, 0) == 0) {
		for (int i = 0; i < BATCH; i++)
			one_round(&t);
		expect(&t, "write", write(1, ".", 1) == 1);
	}
	return t;
}

int main(void)
{
	struct tally all = { 0, 0 }, one;
	int said[2];

	if (pipe(said) < 0)
		return 98;
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			one = flood();
			_exit(write(said[1], &one, sizeof(one)) != sizeof(one));
		}
	close(said[1]);
	while (read(said[0], &one, sizeof(one)) == sizeof(one)) {
		all.calls += one.calls;
		all.wrong += one.wrong;
	}
	for (int i = 0; i < PROCESSES; i++)
		if (wait(&said[1]) < 0 || said[1] != 0)
			all.wrong++;
	printf("\n%ld calls, %ld wrong\n", all.calls, all.wrong);
	return all.wrong != 0;
}
