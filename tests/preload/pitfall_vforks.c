// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * 3,000 vforks in four threads, by vfork() and by syscall(): each child runs in the parent's memory
 * before the parent continues, is found while it is a zombie, is reaped once with its status, and
 * is not found afterwards.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../support/attack.h"

#define THREADS 4
#define EACH	750

static const char *const shell[] = { "sh", "-c", "exit $0", NULL, NULL };

struct report {
	pid_t pid; /* as the child saw itself */
	int code;
};

static _Atomic int reaped;

/* In the child: in the memory, and on the stack, of the thread that waits for it. */
static void live(volatile struct report *r, int round)
{
	static const char *const codes[] = { "0", "1", "2", "3", "4", "5", "6", "7" };
	const char *argv[] = { shell[0], shell[1], shell[2], codes[round % 8], NULL };

	r->pid = (pid_t)attack_raw(SYS_getpid, 0, 0, 0, 0, 0);
	r->code = round % 256;
	if (round % 25 == 0) { /* some take another program */
		r->code = round % 8;
		execv("/bin/sh", (char *const *)argv);
		r->code = -1;
	} else if (round % 25 == 1) {
		r->code = -SIGKILL;
		raise(SIGKILL);
	}
	_exit(round % 256);
}

static void judge(pid_t pid, const volatile struct report *r, int round)
{
	int status, wanted = r->code < 0 ? -r->code : r->code << 8;
	pid_t waited;

	if (pid < 0 || r->pid != pid)
		attack_fail("round %d: %d was born, and reports that it is %d: %m", round, pid,
			    r->pid);
	if (errno != 77)
		attack_fail("round %d: errno was touched: %m", round);
	if (kill(pid, 0) != 0)
		attack_fail("round %d: a child was not found: %m", round);
	waited = round % 3 ? waitpid(pid, &status, 0) : wait4(pid, &status, __WALL, NULL);
	if (waited != pid || status != wanted)
		attack_fail("round %d: %d ended with %#x in place of %#x: %m", round, pid,
			    (unsigned int)status, (unsigned int)wanted);
	if (errno != 77)
		attack_fail("round %d: errno was touched: %m", round);
	if (kill(pid, 0) == 0 || errno != ESRCH)
		attack_fail("round %d: %d is found after its end: %m", round, pid);
	reaped++;
}

static void by_vfork(int round)
{
	volatile struct report r = { .pid = 0 };
	pid_t pid;

	errno = 77;
	pid = vfork();
	if (pid == 0)
		live(&r, round);
	judge(pid, &r, round);
}

static void by_syscall(int round)
{
	volatile struct report r = { .pid = 0 };
	pid_t pid;

	errno = 77;
#ifdef SYS_vfork
	pid = (pid_t)syscall(SYS_vfork);
#else
	pid = (pid_t)syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
#endif
	if (pid == 0)
		live(&r, round);
	judge(pid, &r, round);
}

static void *run_thread(void *first)
{
	for (int i = 0; i < EACH; i++) {
		if (i % 2)
			by_vfork(*(int *)first + i);
		else
			by_syscall(*(int *)first + i);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	int first[THREADS];

	(void)argc;
	attack_begin(argv);
	alarm(300); /* a vfork that never returns is the failure */
	for (int i = 0; i < THREADS; i++) {
		first[i] = i * 7;
		if (pthread_create(&thread[i], NULL, run_thread, &first[i]) != 0)
			attack_fail("no thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	if (reaped != THREADS * EACH || wait(NULL) != -1 || errno != ECHILD)
		attack_fail("%d were reaped, and a child is left", reaped);
	return 0;
}
