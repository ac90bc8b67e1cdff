/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() sleeps until an entry changes, until all are final, or until the timeout; a handler
 * and a cancellation end it and nothing is lost; and a handler may jump out of it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>

#include "vector.h"

/* Is the thread asleep in waitpidv's sleep, and not where it waits for a page or a lock? */
static void wait_until_asleep(pid_t tid)
{
	char path[64], text[256];
	long call;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	for (;;) {
		f = fopen(path, "r");
		MUST(f && fgets(text, sizeof(text), f));
		fclose(f);
		call = text[0] >= '0' && text[0] <= '9' ? atol(text) : -1;
		if (call == SYS_ppoll || call == SYS_io_uring_enter)
			return;
		sched_yield();
	}
}

static _Atomic pid_t sleeper, target;
static _Atomic int send, later;

/* Kills the target when the waiting thread sleeps, or interrupts that thread. */
static void *disturb(void *unused)
{
	(void)unused;
	wait_until_asleep(sleeper);
	for (int i = 0; i < later; i++)
		getppid();
	if (send)
		MUST(syscall(SYS_tgkill, getpid(), sleeper, send) == 0);
	else
		MUST(kill(target, SIGKILL) == 0);
	return NULL;
}

static int ask_disturbed(int flags, int signal, pid_t pid)
{
	pthread_t thread;
	int n;

	sleeper = (pid_t)syscall(SYS_gettid);
	target = pid;
	send = signal;
	MUST(pthread_create(&thread, NULL, disturb, NULL) == 0);
	n = vector_ask(flags);
	pthread_join(thread, NULL);
	return n;
}

static void until_the_first(void)
{
	pid_t pid[2] = { vector_child(), vector_child() };

	vector_of(pid, 2);
	MUST(ask_disturbed(0, 0, pid[1]) == 1);
	MUST(vec[0].state == PIDV_RUNNING && vec[1].state == PIDV_EXITED);
	vector_kill(pid[0]);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
}

static void until_all(void)
{
	pid_t pid[2] = { vector_child(), vector_zombie(0) };

	if (vector_long) /* the others stay */
		return;
	vector_of(pid, 2);
	MUST(ask_disturbed(WAITPIDV_ALL, 0, pid[0]) == 2);
	MUST(vec[0].state == PIDV_EXITED && vec[1].state == PIDV_EXITED);
}

static void so_long(void)
{
	const struct timespec soon = { .tv_nsec = 20000000 }, none = { 0 };
	struct waitpidv_more more = { .size = sizeof(more), .timeout = &soon };
	struct timespec before, after;

	vector_of_one(getpid());
	clock_gettime(CLOCK_MONOTONIC, &before);
	MUST(waitpidv(vec, vector_count, NULL, 0, &more) == 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	MUST((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >=
	     soon.tv_nsec);
	MUST(vec[0].state == PIDV_RUNNING);
	more.timeout = &none;
	MUST(waitpidv(vec, vector_count, NULL, 0, &more) == 0);
}

static void handled(int signal)
{
	(void)signal;
}

static void a_handler(void)
{
	const struct sigaction restart = { .sa_handler = handled, .sa_flags = SA_RESTART };
	pid_t pid = vector_child();

	MUST(sigaction(SIGUSR1, &restart, NULL) == 0);
	vector_of_one(pid);
	/* among many it sleeps often and briefly: the signal also comes between two sleeps */
	for (int i = 0; i < 200; i++) {
		later = i * 100;
		MUST(ask_disturbed(0, SIGUSR1, 0) == -1 && errno == EINTR);
	}
	later = 0;
	vector_kill(pid);
	MUST(vector_ask(WNOHANG) == 1 && vec[0].state == PIDV_EXITED);
}

static bool blocks(int signal)
{
	sigset_t now;

	MUST(pthread_sigmask(SIG_SETMASK, NULL, &now) == 0);
	return sigismember(&now, signal);
}

static void at_the_end(void *blocked)
{
	*(bool *)blocked = blocks(SIGUSR1);
}

static void *ask_for_ever(void *blocked)
{
	pthread_cleanup_push(at_the_end, blocked);
	sleeper = (pid_t)syscall(SYS_gettid);
	vector_ask(0);
	pthread_cleanup_pop(0);
	return NULL;
}

/* When it sleeps, or @wait calls after it began, whatever it is at then. */
static void cancel(int wait)
{
	bool blocked = true;
	pthread_t thread;
	void *result;

	sleeper = 0;
	MUST(pthread_create(&thread, NULL, ask_for_ever, &blocked) == 0);
	while (sleeper == 0)
		sched_yield();
	if (wait == 0)
		wait_until_asleep(sleeper);
	for (int i = 0; i < wait; i++)
		getppid();
	MUST(pthread_cancel(thread) == 0);
	MUST(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
	MUST(!blocked);
}

static void a_cancellation(void)
{
	pid_t pid = vector_child();

	vector_of_one(pid);
	for (int i = 0; i < 100; i++)
		cancel(i * 20);
	vector_kill(pid);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
}

static sigjmp_buf out;

static void jump(int signal)
{
	(void)signal;
	siglongjmp(out, 1);
}

/* The thread's next calls overwrite what it leaves on its stack. */
static void use_stack(void)
{
	volatile char room[16384];

	memset((char *)room, 0x5a, sizeof(room));
}

static void ask_until_jump(void)
{
	if (sigsetjmp(out, 1) == 0) {
		sleeper = (pid_t)syscall(SYS_gettid);
		vector_ask(0);
		MUST(!"a handler has jumped");
	}
	MUST(!blocks(SIGUSR2));
}

static void *jump_and_exit(void *result)
{
	ask_until_jump();
	use_stack();
	pthread_exit(result);
}

/* as out of any other wait, whatever becomes of the thread */
static void a_jump(void)
{
	const struct sigaction jumps = { .sa_handler = jump };
	pid_t pid = vector_child();
	pthread_t thread;
	void *result;

	MUST(sigaction(SIGUSR2, &jumps, NULL) == 0);
	vector_of_one(pid);
	sleeper = 0;
	MUST(pthread_create(&thread, NULL, jump_and_exit, &sleeper) == 0);
	while (sleeper == 0)
		sched_yield();
	wait_until_asleep(sleeper);
	MUST(pthread_kill(thread, SIGUSR2) == 0);
	MUST(pthread_join(thread, &result) == 0 && result == &sleeper);
	vector_kill(pid);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
}

static void run_scenario(void)
{
	until_the_first();
	until_all();
	so_long();
	a_handler();
	a_cancellation();
	a_jump();
}

static void both(void)
{
	vector_both(run_scenario);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
