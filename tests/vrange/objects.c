/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: objects do what vrange_object(3) says, at each level: pins, losses, debt, trim,
 * forks. vrange.1, vrange.2, vrange.3, vrange.9, vrange.10, objects.1 to objects.7.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define N    16
#define SIZE (N * PAGE)
#define MANY 64

static unsigned int level;
static bool in_cgroup;

static struct vrange_stat now(void)
{
	struct vrange_stat stat = { .size = sizeof(stat) };

	CHECK(vrange_stat(&stat) == 0, "vrange_stat");
	return stat;
}

static struct vrange_object *filled(int byte)
{
	struct vrange_object *o = vrange_new(SIZE, 0);
	int lost = 0;
	char *at = vrange_pin(o, &lost);

	CHECK(at && lost == 1 && check_count(at, N, 0) == N, "new: lost, and zeros");
	memset(at, byte, SIZE);
	vrange_unpin(o);
	return o;
}

/* Is it intact, or reported as lost? */
static bool is_right(struct vrange_object *o, int byte, int *lost)
{
	char *at = vrange_pin(o, lost);
	const bool right = check_count(at, N, *lost ? 0 : byte) == N;

	memset(at, byte, SIZE);
	vrange_unpin(o);
	return right;
}

static void pins(void)
{
	struct vrange_object *o = filled(7);
	int lost = 5;
	char *at = vrange_pin(o, &lost), *again = vrange_pin(o, NULL);

	CHECK(lost == 0 && at == again && check_count(at, N, 7) == N, "pinned twice, intact");
	vrange_unpin(o);
	CHECK(vrange_trim(SIZE_MAX) == 0, "a pinned object is not trimmed");
	CHECK(check_count(at, N, 7) == N, "and keeps its content");
	vrange_unpin(o);
	vrange_unpin(o);
	CHECK(vrange_trim(SIZE_MAX) >= SIZE, "one unpin too many is harmless");
	CHECK(level > 2 || check_count(at, N, -1) == N, "purged: SIGBUS");
	CHECK(vrange_pin(o, &lost) == at && lost == 1, "and reported");
	CHECK(check_count(at, N, 0) == N, "zeros");
	vrange_unpin(o);
	vrange_delete(o);
	errno = 0;
	CHECK(!vrange_pin(o, NULL) && errno == EINVAL, "deleted");
	errno = 0;
	CHECK(!vrange_new(0, 0) && errno == EINVAL, "no size");
	CHECK(!vrange_new(SIZE, 9) && errno == EINVAL, "unknown flags");
	vrange_delete(NULL);
}

static int fill_with(void *to, size_t size, void *arg)
{
	if (!arg)
		return -1;
	memset(to, *(char *)arg, size);
	return 0;
}

static void fills(void)
{
	struct vrange_object *o = vrange_new(SIZE, 0);
	char byte = 9, *at;

	CHECK(!vrange_fill(o, fill_with, NULL), "the fill failed");
	at = vrange_fill(o, fill_with, &byte);
	CHECK(at && check_count(at, N, 9) == N, "and is made again");
	vrange_unpin(o);
	CHECK(vrange_fill(o, fill_with, NULL) == at, "intact: not called");
	vrange_unpin(o);
	vrange_delete(o);
}

static void reads(void)
{
	struct vrange_object *o = filled(7);
	char to[64];

	CHECK(vrange_read(to, o, PAGE - 8, sizeof(to)) == sizeof(to) && to[63] == 7, "read");
	errno = 0;
	CHECK(vrange_read(to, o, SIZE, 1) == -1 && errno == EINVAL, "outside");
	vrange_trim(SIZE_MAX);
	errno = 0;
	CHECK(vrange_read(to, o, 0, 1) == -1 && errno == EAGAIN, "lost: no signal");
	vrange_delete(o);
}

/* objects.3: what was used since goes last */
static void oldest_first(void)
{
	struct vrange_object *o[4];
	int lost;

	for (int i = 0; i < 4; i++)
		o[i] = filled(7);
	CHECK(is_right(o[0], 7, &lost) && !lost, "the first is used again");
	vrange_trim(SIZE);
	CHECK(is_right(o[0], 7, &lost) && !lost, "so it is not the one that goes");
	CHECK(is_right(o[1], 7, &lost) && lost, "but the next");
	for (int i = 0; i < 4; i++)
		vrange_delete(o[i]);
}

static void vrange_10_debt(void)
{
	static struct vrange_object *o[1024];
	int lost, losses = 0, wrong = 0;

	for (int i = 0; i < 1024; i++) {
		struct vrange_stat stat;

		o[i] = filled(1 + i % 100);
		stat = now();
		CHECK(!stat.debt_cap || stat.volatile_bytes <= stat.debt_cap, "below the cap");
	}
	CHECK(!in_cgroup || now().armed_bytes > 0, "the rest was given to the kernel");
	for (int round = 0; round < 3; round++)
		pressure_reclaim();
	for (int i = 0; i < 1024; i++) {
		wrong += !is_right(o[i], 1 + i % 100, &lost);
		losses += lost;
	}
	CHECK(wrong == 0, "each is intact, or reported as lost");
	CHECK(!in_cgroup || level == 4 || losses > 0, "and some were lost");
	for (int i = 0; i < 1024; i++)
		vrange_delete(o[i]);
}

static struct vrange_object *shared[MANY];

/* Older objects are given to the kernel: the debt of as many new ones exceeds the cap. */
static void arm_older(void)
{
	static struct vrange_object *more[1024];

	for (int i = 0; i < 1024; i++)
		more[i] = filled(3);
	for (int i = 0; i < 1024; i++)
		vrange_delete(more[i]);
}

/* All of them are with the kernel: what the next child inherits. */
static void arm_all(void)
{
	for (int i = 0; i < MANY; i++)
		shared[i] = filled(7);
	arm_older();
}

static int child_uses(void *arg)
{
	int lost, wrong = 0, losses = 0;
	char *at;

	(void)arg;
	for (int round = 0; round < 3; round++)
		pressure_reclaim();
	for (int i = 0; i < MANY; i++) {
		wrong += !is_right(shared[i], 7, &lost);
		losses += lost;
	}
	CHECK(wrong == 0, "in the child, each is intact or reported as lost");
	at = vrange_pin(shared[0], NULL);
	vrange_unpin(shared[0]);
	CHECK(vrange_trim(SIZE_MAX) > 0, "and goes on");
	CHECK(level > 2 || check_count(at, N, -1) == N, "vrange.5: purged memory raises SIGBUS");
	CHECK(is_right(shared[0], 7, &lost) && lost, "and is reported");
	return failures;
}

static void forks(void)
{
	int lost, status, wrong = 0;
	long child;

	arm_all();
	CHECK(check_in_child(child_uses, NULL) == 0, "in the child");
	for (int i = 0; i < MANY; i++)
		wrong += !is_right(shared[i], 7, &lost);
	CHECK(wrong == 0, "in the parent, too");
	for (int i = 0; i < MANY; i++)
		vrange_delete(shared[i]);
	arm_all();
	fflush(stdout);
	child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		_exit(child_uses(NULL));
	CHECK(waitpid((pid_t)child, &status, 0) == child && status == 0,
	      "in the child of a raw fork");
	for (int i = 0; i < MANY; i++)
		vrange_delete(shared[i]);
}

/* Its pages were with the kernel before, and are shared with a forked process, which keeps its own.
 * They are not taken from either. */
static void objects_6_shared_pages(void)
{
	struct vrange_object *o = filled(7);
	int go[2], status, lost;
	pid_t child;
	char byte;

	arm_older();
	if (!in_cgroup || level > 2 || !is_right(o, 7, &lost) || pipe(go) != 0)
		return;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(go[1]);
		_exit(read(go[0], &byte, 1) == 0 && is_right(o, 7, &lost) && !lost ? 0 : 1);
	}
	close(go[0]);
	arm_older();
	for (int round = 0; round < 3; round++)
		pressure_reclaim();
	CHECK(is_right(o, 7, &lost) && !lost, "not taken while another process has its pages");
	close(go[1]);
	CHECK(waitpid(child, &status, 0) == child && status == 0, "nor from the other process");
	vrange_delete(o);
}

static long resident_pages(void)
{
	long size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages;
}

/* A large object takes no memory for what is not written. */
static void objects_4_large(void)
{
	const size_t size = 32ul << 20;
	struct vrange_object *o = vrange_new(size, 0);
	const long before = resident_pages();
	int lost;
	char *at = vrange_pin(o, &lost);

	CHECK(at && lost && check_byte(at) == 0 && check_byte(at + size - 1) == 0, "zeros");
	memset(at, 7, PAGE);
	vrange_unpin(o);
	vrange_trim(SIZE_MAX);
	CHECK(level > 2 || check_byte(at) == -1, "purged: SIGBUS");
	CHECK(vrange_pin(o, &lost) == at && lost && check_byte(at) == 0, "lost: zeros again");
	CHECK(resident_pages() - before < (long)(size / PAGE / 2), "and no memory for them");
	vrange_unpin(o);
	vrange_delete(o);
}

static _Atomic int stop;

static void *trims(void *arg)
{
	(void)arg;
	while (!stop)
		vrange_trim(SIZE);
	return NULL;
}

static void *uses(void *arg)
{
	long wrong = 0;
	int lost;

	(void)arg;
	for (int i = 0; i < 4000; i++)
		wrong += !is_right(shared[(i * 7) % MANY], 7, &lost);
	return (void *)wrong;
}

/* One user and one that purges: one of the two wins, and the other one sees it. */
static void vrange_9_race(void)
{
	pthread_t trimmer, user;
	void *wrong;

	for (int i = 0; i < MANY; i++)
		shared[i] = filled(7);
	pthread_create(&trimmer, NULL, trims, NULL);
	pthread_create(&user, NULL, uses, NULL);
	pthread_join(user, &wrong);
	stop = 1;
	pthread_join(trimmer, NULL);
	CHECK(wrong == NULL, "intact, or reported as lost");
	for (int i = 0; i < MANY; i++)
		vrange_delete(shared[i]);
}

static void state_3_closed(void)
{
	int lost, wrong = 0;

	arm_all();
	for (int fd = 3; fd < 4096; fd++)
		syscall(SYS_close, fd);
	for (int round = 0; round < 3; round++)
		pressure_reclaim();
	for (int i = 0; i < MANY; i++)
		wrong += !is_right(shared[i], 7, &lost);
	CHECK(wrong == 0, "every descriptor closed by raw calls: intact, or reported as lost");
	for (int i = 0; i < MANY; i++)
		vrange_delete(shared[i]);
}

int main(void)
{
	check_catch_sigbus();
	level = now().level;
	/* at level 4 nothing is given back, and the test would be killed */
	in_cgroup = level < 4 && pressure_enter(48ul << 20) == NULL;
	printf("level %u\n", level);
	pins();
	fills();
	reads();
	objects_4_large();
	oldest_first();
	vrange_10_debt();
	forks();
	objects_6_shared_pages();
	vrange_9_race();
	state_3_closed();
	pressure_leave();
	return check_done();
}
