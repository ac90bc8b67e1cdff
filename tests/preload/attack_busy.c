// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A wait ends although another thread was interrupted inside a call on the child and does not
 * return to it: its handler computes until the wait is over, or it has left by siglongjmp() and
 * computes forever. Only its CPU time shows that such a thread is not about to act. The same for a
 * process that cannot read its own /proc: one that is not dumpable, and with no descriptor left.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "../support/attack.h"

static _Atomic pid_t child;
static _Atomic bool calls, inside, stop, leave_by_jump;
static _Thread_local sigjmp_buf start;

static void compute(void)
{
	atomic_store(&inside, true);
	while (!atomic_load(&stop))
		;
}

static void handler(int sig)
{
	(void)sig;
	if (atomic_load(&leave_by_jump))
		siglongjmp(start, 1);
	compute();
}

static void *caller(void *unused)
{
	(void)unused;
	if (sigsetjmp(start, 1)) {
		compute();
		return NULL;
	}
	for (; !atomic_load(&stop); calls = true)
		kill(child, 0);
	return NULL;
}

static void try(bool jump)
{
	pthread_t thread;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	child = pid;
	stop = false;
	calls = false;
	inside = false;
	leave_by_jump = jump;
	if (pthread_create(&thread, NULL, caller, NULL) != 0)
		attack_fail("no thread");
	/* the signal reaches the thread where it nearly always is: at the end of its system call */
	while (!calls)
		sched_yield();
	while (!inside) {
		pthread_kill(thread, SIGUSR1);
		for (int i = 0; i < 100 && !inside; i++)
			sched_yield();
	}
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		attack_fail("waitpid: %m");
	stop = true;
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const struct rlimit none = { .rlim_cur = 0, .rlim_max = 0 };

	(void)argc;
	attack_begin(argv);
	alarm(60); /* a wait that does not end is the failure */
	signal(SIGUSR1, handler);
	for (int i = 0; i < 5; i++)
		try(i & 1);
	prctl(PR_SET_DUMPABLE, 0);
	for (int i = 0; i < 3; i++)
		try(i & 1);
	setrlimit(RLIMIT_NOFILE, &none);
	for (int i = 0; i < 3; i++)
		try(i & 1);
	return 0;
}
