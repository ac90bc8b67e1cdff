/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S17: under --waits=share a wait by pid gets the status that a wait for any child has taken, once;
 * under --waits=kernel it gets ECHILD. A status that a wait by pid took is not returned again.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/own_child.h"
#include "../support/share.h"

#define ROUNDS 1000

/* --- a SIGCHLD handler takes each status, often before fork() has returned --- */

static int by_wait4(pid_t pid)
{
	struct rusage used = { .ru_maxrss = 0 };
	int status = -1;
	pid_t n;

	while ((n = wait4(pid, &status, 0, &used)) == -1 && errno == EINTR)
		;
	MUST(n != pid || used.ru_maxrss > 0);
	return n == pid ? status : -errno;
}

static int by_waitid(pid_t pid)
{
	siginfo_t si = { .si_pid = 0 };
	int n;

	while ((n = waitid(P_PID, (id_t)pid, &si, WEXITED)) == -1 && errno == EINTR)
		;
	if (n != 0)
		return -errno;
	MUST(si.si_signo == SIGCHLD && si.si_pid == pid && si.si_code == CLD_EXITED);
	return si.si_status << 8;
}

static void stolen_by_a_handler(void)
{
	static int (*const ask[])(pid_t pid) = { by_waitpid, by_wait4, by_waitid };
	const struct sigaction act = { .sa_handler = on_child, .sa_flags = SA_RESTART };
	int arrived = 0, lost = 0;

	MUST(sigaction(SIGCHLD, &act, NULL) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		sig_atomic_t before = taken;
		pid_t pid = child_with(i % 200);
		int n = ask[i % 3](pid);

		arrived += n == i % 200 << 8;
		lost += n == -ECHILD;
		MUST(n == i % 200 << 8 || n == -ECHILD);
		/* once: the handler took it, and it was given, or not at all */
		MUST(ask[(i + 1) % 3](pid) == -ECHILD);
		MUST(taken >= before);
	}
	signal(SIGCHLD, SIG_DFL);
	MUST(arrived + lost == ROUNDS);
	MUST(shares() ? lost == 0 : lost > 0);
}

/* --- what a wait by pid took is the kernel's to give --- */

static void taken_by_pid(void)
{
	pid_t pid = child_with(3);

	MUST(by_waitpid(pid) == 3 << 8);
	MUST(by_waitpid(pid) == -ECHILD && by_wait4(pid) == -ECHILD && by_waitid(pid) == -ECHILD);
	MUST(waitpid(pid, NULL, WNOHANG) == -1 && errno == ECHILD);
}

#define THREADS 4

static pid_t common;

static void *wait_for_common(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)(by_waitpid(common) == 7 << 8);
}

/* threads that wait for one child: @any: a wait for any child has been first */
static void many_threads(bool any)
{
	pthread_t thread[THREADS];
	int got = 0;
	void *result;

	common = child_with(7);
	if (any)
		MUST(wait(NULL) == common);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&thread[i], NULL, wait_for_common, NULL) == 0);
	for (int i = 0; i < THREADS; i++) {
		MUST(pthread_join(thread[i], &result) == 0);
		got += (int)(intptr_t)result;
	}
	MUST(got == (any && !shares() ? 0 : 1));
}

/* a poll gets it as well, and a look leaves it for the wait */
static void polls_and_looks(void)
{
	siginfo_t si = { .si_pid = 0 };
	pid_t pid = child_with(6);
	int status = -1;

	MUST(wait(NULL) == pid);
	errno = 0;
	for (int i = 0; i < 2; i++) {
		MUST(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT) == (shares() ? 0 : -1));
		MUST(shares() ? si.si_pid == pid && si.si_status == 6 : errno == ECHILD);
	}
	MUST(!shares() || errno == 0);
	MUST(waitpid(pid, &status, WNOHANG) == (shares() ? pid : -1));
	MUST(shares() ? status == 6 << 8 : errno == ECHILD);
	MUST(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT) == -1 && errno == ECHILD);
	MUST(waitid(P_PID, (id_t)getpid(), &si, WEXITED | WNOWAIT) == -1 && errno == ECHILD);
}

static void a_bad_pointer(void)
{
	volatile uintptr_t bad = 8;
	pid_t pid = child_with(1);

	MUST(wait(NULL) == pid);
	MUST(waitpid(pid, (int *)bad, 0) == -1 && errno == (shares() ? EFAULT : ECHILD));
	MUST(by_waitpid(pid) == -ECHILD);
}

/* --- SIGCHLD was ignored by the program that executed this one --- */

static void inherited(void)
{
	pid_t pid = child_with(5);
	int n = by_waitpid(pid);

	MUST(n == (shares() ? 5 << 8 : -ECHILD));
}

static void run_scenario(void)
{
	struct sigaction act;

	MUST(sigaction(SIGCHLD, NULL, &act) == 0);
	if (getenv("TEST_INHERITED")) {
		inherited();
		return;
	}
	stolen_by_a_handler();
	taken_by_pid();
	for (int i = 0; i < 20; i++) {
		many_threads(false);
		many_threads(true);
	}
	polls_and_looks();
	a_bad_pointer();
}

int main(int argc, char **argv)
{
	(void)argv;
	share_begin(argc, run_scenario);
	for (int ignored = 0; ignored < 2; ignored++) {
		share_run("kernel", ignored);
		share_run("share", ignored);
	}
	return 0;
}
