// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One promise: handlers that reap, that signal and that leave by siglongjmp, beside a thread that
 * signals the same children and on that thread itself, make no thread wait for ever; every child is
 * reaped once, with its status, and found while it lives.
 *
 *   handler ROUNDS     of each shape
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH	 6	/* children that end together */
#define HARMLESS SIGURG /* no effect, in whichever thread */

struct shape {
	const char *name;
	bool main_signals; /* or it sleeps, and is woken by the handler */
	bool handler_signals;
	bool handler_jumps;
	bool other_handles; /* the handler may also run on the other thread */
	bool other_reaps;
};

static const struct shape shapes[] = {
	{ .name = "beside the thread that signals" },
	{ .name = "on the thread that signals", .main_signals = true },
	{ .name = "on both", .main_signals = true, .other_handles = true },
	{ .name = "signalling itself",
	  .main_signals = true,
	  .handler_signals = true,
	  .other_handles = true },
	{ .name = "left by siglongjmp", .main_signals = true, .handler_jumps = true },
	{ .name = "left by siglongjmp, beside a reaper",
	  .main_signals = true,
	  .handler_jumps = true,
	  .other_reaps = true },
};

static const struct shape *shape;
static _Atomic int child[BATCH]; /* its pid; 0 none, or reaped */
static _Atomic int left;	 /* of the batch, not reaped */
static _Atomic long reaped, in_handlers, jumps, signals;
static _Atomic long phase; /* odd: the children may end */
static _Atomic bool over;
static volatile sig_atomic_t may_jump;
static sigjmp_buf back;

static _Noreturn void fail(const char *format, ...)
{
	va_list more;

	va_start(more, format);
	printf("FAIL: %s: ", shape->name);
	vprintf(format, more);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

/* A child exits with its index, after all indices were written. */
static void note(pid_t pid, int status)
{
	int at = WEXITSTATUS(status);

	if (!WIFEXITED(status) || at >= BATCH)
		fail("%d ended with status %#x", (int)pid, (unsigned int)status);
	if (atomic_exchange(&child[at], 0) != pid)
		fail("%d reaped as child %d, which it is not, or not any more", (int)pid, at);
	atomic_fetch_add(&reaped, 1);
	atomic_fetch_sub(&left, 1);
}

static int reap(void)
{
	int status, n = 0;
	pid_t pid;

	for (; (pid = waitpid(-1, &status, WNOHANG)) > 0; n++)
		note(pid, status);
	return n;
}

static void signal_one(int at)
{
	long before = phase;
	int pid = child[at];

	if (pid == 0)
		return;
	if (kill(pid, HARMLESS) < 0 && (errno != ESRCH || (phase == before && before % 2 == 0)))
		fail("kill(%d) in phase %ld: %s", pid, before, strerror(errno));
	atomic_fetch_add(&signals, 1);
}

static void signal_all(void)
{
	for (int i = 0; i < BATCH; i++)
		signal_one(i);
}

static void on_sigchld(int sig)
{
	int saved = errno;

	(void)sig;
	if (shape->handler_signals)
		signal_all();
	atomic_fetch_add(&in_handlers, reap());
	if (shape->handler_signals)
		signal_all();
	errno = saved;
	if (may_jump)
		siglongjmp(back, 1);
}

static sigset_t sigchld_mask(int how)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(how, &set, &before);
	return before;
}

static void *keep_signalling(void *nothing)
{
	if (shape->other_handles)
		sigchld_mask(SIG_UNBLOCK);
	while (!over) {
		signal_all();
		if (shape->other_reaps)
			reap();
		if (left == 0)
			sched_yield();
	}
	return nothing;
}

/* --- a batch --- */

static _Noreturn void be_child(const int gate[2], int at)
{
	char nothing;

	close(gate[1]);
	while (read(gate[0], &nothing, 1) < 0)
		;
	_exit(at);
}

/* They all wait for the end of @gate. SIGCHLD is blocked. */
static void spawn_all(const int gate[2])
{
	left = BATCH;
	for (int i = 0; i < BATCH; i++) {
		pid_t pid = fork();

		if (pid == 0)
			be_child(gate, i);
		if (pid < 0)
			fail("fork: %s", strerror(errno));
		atomic_store(&child[i], pid);
	}
}

static void sleep_until_reaped(void)
{
	sigset_t none;

	sigemptyset(&none);
	while (left > 0)
		sigsuspend(&none);
}

static void signal_until_reaped(void)
{
	if (sigsetjmp(back, 1) != 0)
		atomic_fetch_add(&jumps, 1);
	may_jump = shape->handler_jumps;
	sigchld_mask(SIG_UNBLOCK);
	while (left > 0)
		signal_all();
	sigchld_mask(SIG_BLOCK);
	may_jump = 0;
}

static void run_batch(void)
{
	int gate[2];

	if (pipe(gate) < 0)
		fail("pipe: %s", strerror(errno));
	spawn_all(gate);
	phase++;
	close(gate[1]);
	if (shape->main_signals)
		signal_until_reaped();
	else
		sleep_until_reaped();
	close(gate[0]);
	phase++;
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		fail("all were reaped, and yet there is a child");
}

static void run_shape(long rounds)
{
	pthread_t other;

	over = false;
	reaped = in_handlers = jumps = signals = 0;
	if (pthread_create(&other, NULL, keep_signalling, NULL) != 0)
		fail("no thread");
	for (long i = 0; i < rounds; i++)
		run_batch();
	over = true;
	pthread_join(other, NULL);
	printf("%s: %ld signals, %ld reaped, in handlers %ld, jumps %ld\n", shape->name, signals,
	       reaped, in_handlers, jumps);
	fflush(stdout);
	if (reaped != rounds * BATCH || in_handlers == 0 || (shape->handler_jumps && jumps == 0))
		fail("that is not what was to be tested");
}

int main(int argc, char **argv)
{
	const struct sigaction act = { .sa_handler = on_sigchld, .sa_flags = SA_RESTART };

	if (argc != 2)
		return 99;
	sigchld_mask(SIG_BLOCK);
	sigaction(SIGCHLD, &act, NULL);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		shape = &shapes[i];
		run_shape(atol(argv[1]));
	}
	return 0;
}
