// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A child that a SIGCHLD handler reaps before its fork() has returned is known as reaped: a signal
 * to its pid is refused when an unrelated process holds it, also if it held it before fork()
 * returned, and errno is never changed by a call that succeeds. An atfork handler in the parent
 * delays fork() until the SIGCHLD handler has run.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define ROUNDS 200

/* --- the subject --- */

static volatile pid_t reaped;
static volatile sig_atomic_t reaped_as, pause_in_fork;
static bool armed, touched;

static void check_errno(void)
{
	touched |= errno != 77;
}

static void on_sigchld(int sig)
{
	int status;
	pid_t pid;

	(void)sig;
	errno = 77;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		check_errno();
		reaped = pid;
		reaped_as = status;
	}
	errno = 77; /* ECHILD */
}

/* In the parent, before its fork() returns. */
static void hold_up(void)
{
	long number;
	char go;

	if (!armed)
		return;
	while (!reaped)
		sched_yield();
	number = reaped;
	if (pause_in_fork &&
	    (write(1, &number, sizeof(number)) != sizeof(number) || read(0, &go, 1) != 1))
		_exit(9);
	errno = 77;
}

/* 0, or the number of the failed step */
static long spawn_early(void)
{
	pid_t pid;

	reaped = 0;
	armed = true;
	errno = 77;
	pid = fork();
	if (pid == 0)
		_exit(23);
	check_errno();
	armed = false;
	if (pid < 0 || pid != reaped || reaped_as != 23 << 8)
		return -1;
	return touched ? -2 : pid;
}

/* Alive, it is signalled; all that succeeds leaves errno. */
static long spawn_late(void)
{
	sigset_t set;
	pid_t pid;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	errno = 77;
	pid = fork();
	if (pid == 0)
		_exit(pause());
	check_errno();
	if (kill(pid, SIGKILL) != 0)
		return -1;
	check_errno();
	if (waitpid(pid, &status, 0) != pid || status != SIGKILL)
		return -3;
	check_errno();
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return touched ? -2 : pid;
}

static long many(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		long pid = i % 2 ? spawn_late() : spawn_early();

		if (pid <= 0)
			return pid;
		if (kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			return -4;
	}
	return ROUNDS;
}

static pid_t number;

static long answer(char what)
{
	switch (what) {
	case 'm':
		return many();
	case 'k':
		return kill(number, SIGUSR1) == 0 ? 0 : errno;
	case 'p':
		pause_in_fork = 1;
		/* fallthrough */
	default:
		number = (pid_t)spawn_early();
		pause_in_fork = 0;
		return number;
	}
}

static _Noreturn void be_subject(void)
{
	const struct sigaction act = { .sa_handler = on_sigchld, .sa_flags = SA_RESTART };

	sigaction(SIGCHLD, &act, NULL);
	pthread_atfork(NULL, hold_up, NULL);
	actor_serve(answer);
	exit(0);
}

/* --- the scenario --- */

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
}

static void run_scenario(bool in_fork, bool native, const char *old)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };
	struct actor subject, unrelated;
	pid_t q;

	actor_start(&subject, argv, native, old);
	expect(actor_ask(&subject, 'm'), ROUNDS, "children, early and late");
	q = (pid_t)actor_ask(&subject, in_fork ? 'p' : 'f');
	actor_start_unrelated(&unrelated, q, NULL);
	if (in_fork) /* any letter lets fork() return */
		expect(actor_ask(&subject, 'g'), q, "fork()");
	expect(actor_ask(&subject, 'k'), native ? 0 : ESRCH,
	       "a signal to a child that was reaped early");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), native,
	       "signals that an unrelated process received");
	printf("ok   an unrelated process %s fork() returned, %s%s\n", in_fork ? "before" : "after",
	       native ? "natively hit" : "spared, ", native ? "" : old);
	actor_end(&unrelated);
	actor_end(&subject);
}

int main(int argc, char **argv)
{
	static const char *const old[] = { "PIDEPOCH_FORCE_OLD=", "PIDEPOCH_FORCE_OLD=rseq",
					   "PIDEPOCH_FORCE_OLD=rseq,inode,wipe,pidfd" };

	(void)argv;
	if (argc > 1)
		be_subject();
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	for (int in_fork = 0; in_fork < 2; in_fork++) {
		run_scenario(in_fork, true, old[0]);
		for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
			run_scenario(in_fork, false, old[i]);
	}
	return 0;
}
