/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitpidv - which of N children have ended: nanoseconds of asking when none has, and per child
 * when ten have.
 *
 *   waitpidv N [fork] METHOD...     a line for each: its name, ns of an idle question, ns per exit
 *                                   (reaping included), ns per child to begin with, bytes of this
 *                                   process per child for that, descriptors per child
 *
 *   full       waitpidv() over all entries, some of which have changed places since the last call
 *   changed    waitpidv() with WAITPIDV_CHANGED
 *   wait4      wait4(-1, WNOHANG) until it says that there is no more
 *   poll       poll() over N pidfds, then waitid() of those that are readable
 *   epoll      epoll_wait() over N pidfds, the same
 *   uring      IORING_OP_WAITID for each child, by hand
 *   calls      the system calls of waitpidv() for each ended child, by a program that knows which
 *              have ended
 *
 * The children are made once, for all of the methods; they execute a program. With `fork` they do
 * not: then their parent shares its memory with all of them, and what it writes is copied by the
 * kernel first, page by page; this is what most of an exit costs then.
 *
 * The ten are killed, and are zombies, before the clock starts. Those that replace them are begun
 * with outside of it. In the end each is killed and waited for before the next, and all of them go
 * if their parent is killed: ten thousand that die at once keep a machine busy for a while.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST	  32768
#define BATCH	  10
#define ROUNDS	  41
#define OP_WAITID 50

static size_t count;
static bool forks;
static pid_t child[MOST];
static struct pidv vec[MOST];
static struct pollfd fds[MOST];
static int epoll = -1;
static uint32_t changed[MOST];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static _Noreturn void live(void)
{
	static char name[] = "sleep", how_long[] = "infinity";
	char *argv[] = { name, how_long, NULL }, *environment[] = { NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (forks)
		pause();
	execve("/bin/sleep", argv, environment);
	_exit(127);
}

static void start(size_t i)
{
	child[i] = forks ? fork() : vfork();
	if (child[i] == 0)
		live();
	if (child[i] < 0)
		die("fork");
}

/* --- each method: begin with child i; ask, and return how many have ended; they are marked by
 * child[i] = 0 --- */

static void mark(pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (child[i] == pid)
			child[i] = 0;
}

static pid_t ended[MOST];
static size_t endings;

static void begin_vector(size_t i)
{
	struct pidepoch_ref r;

	if (pidepoch_ref(child[i], &r) != 0)
		die("pidepoch_ref");
	vec[i] = (struct pidv){ .pid = r.pid, .epoch = r.epoch, .flags = PIDV_TAGGED };
}

static void ask_full(void)
{
	int n = waitpidv(vec, count, NULL, WNOHANG, NULL);

	if (n < 0)
		die("waitpidv");
	for (size_t i = 0; n > 0 && i < count; i++)
		if (vec[i].state == PIDV_EXITED) {
			ended[endings++] = vec[i].pid;
			n--;
		}
}

static void ask_changed(void)
{
	const struct waitpidv_more more = { .size = sizeof(more),
					    .changed = changed,
					    .changed_max = MOST };
	int n = waitpidv(vec, count, NULL, WNOHANG | WAITPIDV_CHANGED, &more);

	if (n < 0)
		die("waitpidv");
	for (int i = 0; i < n; i++)
		ended[endings++] = vec[changed[i]].pid;
}

static void begin_nothing(size_t i)
{
	(void)i;
}

static void ask_wait4(void)
{
	pid_t pid;

	while ((pid = wait4(-1, NULL, WNOHANG, NULL)) > 0)
		ended[endings++] = pid;
}

static void begin_poll(size_t i)
{
	if (fds[i].fd > 0)
		close(fds[i].fd);
	fds[i] = (struct pollfd){ .fd = pidfd_open(child[i], 0), .events = POLLIN };
	if (fds[i].fd < 0)
		die("pidfd_open");
}

static void reap(size_t i)
{
	int status;

	if (wait4(child[i], &status, WNOHANG, NULL) == child[i])
		ended[endings++] = child[i];
}

static void ask_poll(void)
{
	int n = poll(fds, count, 0);

	for (size_t i = 0; n > 0 && i < count; i++)
		if (fds[i].revents) {
			reap(i);
			n--;
		}
}

static void begin_epoll(size_t i)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = i };

	if (epoll < 0)
		epoll = epoll_create1(EPOLL_CLOEXEC);
	begin_poll(i);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i].fd, &e) != 0)
		die("epoll_ctl");
}

static void ask_epoll(void)
{
	struct epoll_event e[64];
	int n;

	while ((n = epoll_wait(epoll, e, 64, 0)) > 0)
		for (int i = 0; i < n; i++) {
			reap(e[i].data.u64);
			epoll_ctl(epoll, EPOLL_CTL_DEL, fds[e[i].data.u64].fd, NULL);
		}
}

/* --- the calls of waitpidv() alone --- */

static size_t dead[BATCH], deaths;

/* A request of the ring keeps the pidfd's file, which goes with the child. Does it lead a group?
 * Signals are masked around the reap. */
static void reap_guarded(size_t i)
{
	struct rusage usage;
	sigset_t all, old;

	close(fds[i].fd);
	fds[i].fd = 0;
	getpriority(PRIO_PGRP, (id_t)child[i]);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	if (wait4(child[i], NULL, WNOHANG, &usage) == child[i])
		ended[endings++] = child[i];
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void ask_calls(void)
{
	for (; deaths > 0; deaths--)
		reap_guarded(dead[deaths - 1]);
}

/* --- io_uring by hand --- */

static struct {
	int fd;
	struct io_uring_params p;
	char *rings;
	struct io_uring_sqe *sqes;
	siginfo_t info[MOST];
} ring = { .fd = -1 };

#define AT(offset) ((_Atomic uint32_t *)(ring.rings + (offset)))

static void open_ring(void)
{
	size_t bytes;

	ring.p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
		       IORING_SETUP_CQSIZE;
	ring.p.cq_entries = 2 * MOST;
	ring.fd = (int)syscall(SYS_io_uring_setup, 8, &ring.p);
	if (ring.fd < 0)
		die("io_uring_setup");
	bytes = ring.p.cq_off.cqes + ring.p.cq_entries * sizeof(struct io_uring_cqe);
	ring.rings =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	ring.sqes = mmap(NULL, ring.p.sq_entries * sizeof(struct io_uring_sqe),
			 PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQES);
	if (ring.rings == MAP_FAILED || ring.sqes == MAP_FAILED)
		die("mmap");
}

static void begin_uring(size_t i)
{
	uint32_t tail, at;

	if (ring.fd < 0)
		open_ring();
	tail = *AT(ring.p.sq_off.tail);
	at = tail & (ring.p.sq_entries - 1);
	ring.sqes[at] = (struct io_uring_sqe){
		.opcode = OP_WAITID,
		.fd = child[i],
		.len = P_PID,
		.file_index = WEXITED,
		.addr2 = (uintptr_t)&ring.info[i],
		.user_data = i,
	};
	AT(ring.p.sq_off.array)[at] = at;
	*AT(ring.p.sq_off.tail) = tail + 1;
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 0, 0, NULL, 0) != 1)
		die("io_uring_enter");
}

static void ask_uring(void)
{
	uint32_t head = *AT(ring.p.cq_off.head);
	const struct io_uring_cqe *cqes = (void *)(ring.rings + ring.p.cq_off.cqes);

	syscall(SYS_io_uring_enter, ring.fd, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
	for (; head != *AT(ring.p.cq_off.tail); head++) {
		const struct io_uring_cqe *c = &cqes[head & (ring.p.cq_entries - 1)];

		if (c->res < 0) {
			errno = -c->res;
			die("IORING_OP_WAITID");
		}
		ended[endings++] = child[c->user_data];
	}
	*AT(ring.p.cq_off.head) = head;
}

static const struct method {
	const char *name;
	void (*begin)(size_t i);
	void (*ask)(void);
} methods[] = {
	{ "full", begin_vector, ask_full },    { "changed", begin_vector, ask_changed },
	{ "wait4", begin_nothing, ask_wait4 }, { "poll", begin_poll, ask_poll },
	{ "epoll", begin_epoll, ask_epoll },   { "uring", begin_uring, ask_uring },
	{ "calls", begin_poll, ask_calls },
};

/* --- the figures --- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
	qsort(x, n, sizeof(x[0]), compare);
	return x[n / 2];
}

static void shuffle_some(void)
{
	for (int n = 0; n < BATCH; n++) {
		size_t a = (size_t)rand() % count, b = (size_t)rand() % count;
		struct pidv v = vec[a];
		pid_t pid = child[a];

		vec[a] = vec[b];
		vec[b] = v;
		child[a] = child[b];
		child[b] = pid;
	}
}

static double idle(const struct method *m)
{
	double began;

	if (m->ask == ask_full)
		shuffle_some();
	began = now();
	m->ask();
	return now() - began;
}

/* Entries that are new are read without the flag, and armed. */
static void begin(const struct method *m, size_t i)
{
	m->begin(i);
	if (m->ask == ask_changed)
		ask_full();
}

static double exits(const struct method *m)
{
	double began, took;
	siginfo_t si;
	size_t which;

	for (int n = 0; n < BATCH; n++) {
		do
			which = (size_t)rand() % count;
		while (kill(child[which], 0) != 0 || child[which] < 0);
		kill(child[which], SIGKILL);
		waitid(P_PID, (id_t)child[which], &si, WEXITED | WNOWAIT);
		child[which] = -child[which];
	}
	deaths = 0;
	for (size_t i = 0; i < count; i++)
		if (child[i] < 0) {
			child[i] = -child[i];
			dead[deaths++] = i;
		}
	endings = 0;
	began = now();
	do
		m->ask();
	while (endings < BATCH);
	took = now() - began;
	for (size_t n = 0; n < endings; n++)
		mark(ended[n]);
	for (size_t i = 0; i < count; i++)
		if (child[i] == 0) {
			start(i);
			begin(m, i);
		}
	m->ask();
	return took / BATCH;
}

static double resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		die("/proc/self/statm");
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void measure(const struct method *m)
{
	double figure[ROUNDS], bytes = resident(), opened = descriptors(), began = now(), first,
			       quiet;

	for (size_t i = 0; i < count; i++)
		m->begin(i);
	if (m->ask == ask_changed)
		ask_full();
	m->ask();
	first = (now() - began) / (double)count;
	bytes = (resident() - bytes) / (double)count;
	opened = (descriptors() - opened) / (double)count;
	for (int i = 0; i < ROUNDS; i++)
		figure[i] = idle(m);
	quiet = median(figure, ROUNDS);
	for (int i = 0; i < ROUNDS; i++)
		figure[i] = exits(m);
	printf("%s %.1f %.1f %.1f", m->name, quiet, median(figure, ROUNDS), first);
	printf(" %.1f %.1f\n", bytes, opened);
}

static const struct method *method_of(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(name, methods[i].name) == 0)
			return &methods[i];
	fprintf(stderr, "waitpidv: %s is no method\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	int arg = 2;

	count = argc > arg ? strtoul(argv[1], NULL, 10) : 0;
	forks = count && strcmp(argv[arg], "fork") == 0;
	arg += forks;
	if (count <= BATCH || count > MOST || arg == argc) {
		fprintf(stderr,
			"usage: waitpidv N [fork] full|changed|wait4|poll|epoll|uring|calls...\n");
		return 2;
	}
	for (size_t i = 0; i < count; i++)
		start(i);
	for (; arg < argc; arg++)
		measure(method_of(argv[arg]));
	for (size_t i = 0; i < count; i++) {
		kill(child[i], SIGKILL);
		waitpid(child[i], NULL, 0);
	}
	return 0;
}
