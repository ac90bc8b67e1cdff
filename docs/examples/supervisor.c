/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * supervisor - keep many workers alive.
 *
 *     cc supervisor.c -o supervisor $(pkg-config --cflags --libs pidepoch)
 *     ./supervisor WORKERS REPLACEMENTS        SIGTERM stops all of them
 *
 * A worker is 16 bytes in a vector and no descriptor, so ten thousand are possible under `ulimit -n
 * 1024`. One call waits for all of them; its cost depends on the number that have ended. The
 * replacement of a worker goes to the end of the vector; entries of ended workers are skipped.
 */
#include <errno.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct pidv *worker;
static size_t started, most;
static volatile sig_atomic_t asked_to_stop;

static void ask_to_stop(int signal)
{
	asked_to_stop = signal;
}

static void work(const sigset_t *mask)
{
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	for (;;)
		pause();
}

static int start(void)
{
	struct pidepoch_ref ref;
	sigset_t term, before;
	pid_t pid;

	/* blocked until the child has reset the handler */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	pid = fork();
	if (pid == 0)
		work(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* not reaped yet: the pid still is this child's */
	if (pid < 0 || pidepoch_ref(pid, &ref) < 0)
		return -1;
	worker[started++] =
		(struct pidv){ .pid = ref.pid, .epoch = ref.epoch, .flags = PIDV_TAGGED };
	return 0;
}

static int start_many(size_t count)
{
	while (count-- > 0 && started < most)
		if (start() < 0)
			return -1;
	return 0;
}

/* Ended workers are still in the vector. Their references are refused. */
static void stop_all(void)
{
	for (size_t i = 0; i < started; i++)
		pidepoch_kill(worker[i].pid, worker[i].epoch, SIGTERM);
}

static int supervise(const struct waitpidv_more *more)
{
	int news;

	while ((news = waitpidv(worker, started, NULL, WAITPIDV_CHANGED, more)) >= 0 ||
	       errno == EINTR) {
		if (asked_to_stop)
			break;
		if (news > 0 && start_many((size_t)news) < 0)
			return -1;
		for (int i = 0; i < news; i++)
			printf("%d ended\n", worker[more->changed[i]].pid);
	}
	stop_all();
	while ((news = waitpidv(worker, started, NULL, WAITPIDV_ALL, NULL)) >= 0 || errno == EINTR)
		;
	printf("all %zu ended\n", started);
	return errno == ECHILD ? 0 : -1;
}

int main(int argc, char **argv)
{
	size_t count = argc == 3 ? (size_t)atol(argv[1]) : 0;
	/* a signal between two calls is handled after this time */
	const struct timespec patience = { .tv_sec = 1 };
	struct waitpidv_more more = { .size = sizeof(more), .timeout = &patience };

	if (count == 0)
		return fprintf(stderr, "usage: supervisor WORKERS REPLACEMENTS\n"), 2;
	most = more.changed_max = count + (size_t)atol(argv[2]);
	worker = calloc(most, sizeof(*worker));
	more.changed = calloc(most, sizeof(*more.changed));
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, ask_to_stop);
	if (!worker || !more.changed || start_many(count) < 0)
		return perror("supervisor"), 1;
	printf("%zu started\n", started);
	return supervise(&more) < 0 ? perror("supervisor"), 1 : 0;
}
