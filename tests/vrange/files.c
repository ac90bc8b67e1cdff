/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: fvrange(), and mvrange() of a shared mapping, do what mvrange(2) says: for all
 * processes that use the file, over the death of any of them, and with a ledger that is damaged or
 * cannot grow. vrange.1, vrange.2, vrange.6, vrange.11, vrange.12, file.1, file.2, shared.1 to
 * shared.5.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define N      32
#define LENGTH (N * PAGE)

static char ledger[256];

static int new_file(char **map)
{
	const int fd = memfd_create("cache", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, LENGTH) != 0)
		exit(99);
	*map = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(*map, 7, LENGTH);
	return fd;
}

static int mark(int fd, int first, int n)
{
	return fvrange(fd, (off_t)first * (off_t)PAGE, (size_t)n * PAGE, VRANGE_VOLATILE, 0);
}

static int unmark(int fd, int first, int n, int behavior)
{
	return fvrange(fd, (off_t)first * (off_t)PAGE, (size_t)n * PAGE, VRANGE_NONVOLATILE,
		       behavior);
}

static int unmarks_in_child(void *arg)
{
	return unmark(*(int *)arg, 0, N, VRANGE_PARTIAL);
}

static void results(void)
{
	char *map;
	int fd = new_file(&map);

	CHECK(mark(fd, 0, N) == 0 && unmark(fd, 0, N, 0) == 0, "vrange.3: nothing was purged");
	CHECK(vrange_trim(SIZE_MAX) == 0 && check_count(map, N, 7) == N, "vrange.7: not marked");
	CHECK(mark(fd, 4, 4) == 0 && vrange_trim(1) >= 4 * PAGE, "purged");
	CHECK(check_count(map, N, 7) == N - 4 && check_count(map, N, 0) == 4, "that, and no more");
	CHECK(mark(fd, 0, N) == 0, "marked again");
	CHECK(check_in_child(unmarks_in_child, &fd) == 1, "vrange.6: still lost, for any process");
	CHECK(unmark(fd, 0, N, VRANGE_PARTIAL) == 0, "and reported once");
	CHECK(check_count(map, N, 7) == N - 4, "the survivors are there");
	memset(map, 7, LENGTH);
	mark(fd, 0, 4);
	mark(fd, 4, 4);
	vrange_trim(1);
	CHECK(check_count(map, 4, 0) == 4 && check_count(map + 4 * PAGE, 4, 7) == 4,
	      "oldest first");
	CHECK(unmark(fd, 0, 8, VRANGE_FULL) == 1 && check_count(map, 8, 0) == 8, "full");
	munmap(map, LENGTH);
	close(fd);
}

static int fails(int error, int fd, off_t offset, size_t length, int mode)
{
	errno = 0;
	return fvrange(fd, offset, length, mode, 0) == -1 && errno == error;
}

static void bad_arguments(void)
{
	char *map, path[] = "/proc/self/exe";
	const int fd = new_file(&map), disk = open(path, O_RDONLY | O_CLOEXEC);

	CHECK(fails(EINVAL, fd, 1, PAGE, VRANGE_VOLATILE), "not aligned");
	CHECK(fails(EINVAL, fd, -(off_t)PAGE, PAGE, VRANGE_VOLATILE), "negative");
	CHECK(fails(EINVAL, fd, 0, PAGE, 3), "unknown mode");
	CHECK(fails(EINVAL, fd, PAGE, SIZE_MAX / 2, VRANGE_VOLATILE), "overflows");
	CHECK(fails(EBADF, -1, 0, PAGE, VRANGE_VOLATILE), "no descriptor");
	CHECK(fails(EBADF, disk, 0, PAGE, VRANGE_VOLATILE), "not writable");
	close(disk);
	CHECK(mark(fd, 0, 2 * N) == 0, "beyond the end");
	CHECK(ftruncate(fd, PAGE) == 0 && vrange_trim(SIZE_MAX) > 0, "truncated while volatile");
	CHECK(unmark(fd, 0, 2 * N, 0) == 1, "is reported");
	munmap(map, LENGTH);
	close(fd);
}

static void file_1_disk(void)
{
	char path[] = "/var/tmp/vrange-test-XXXXXX";
	const int fd = mkstemp(path);

	if (fd >= 0 && unlink(path) == 0)
		CHECK(fails(EINVAL, fd, 0, PAGE, VRANGE_VOLATILE), "a file on a disk");
	close(fd);
}

/* The number of the descriptor is another file's by the time of the purge. */
static void file_2_reused_descriptor(void)
{
	char *map, *other;
	const int fd = new_file(&map), innocent = new_file(&other);

	mark(fd, 0, N);
	dup2(innocent, fd);
	CHECK(vrange_trim(SIZE_MAX) == 0, "nothing to purge by");
	CHECK(check_count(other, N, 7) == N, "vrange.7: the other file is whole");
	munmap(map, LENGTH);
	munmap(other, LENGTH);
	close(fd);
	close(innocent);
}

static void shared_mapping(void)
{
	char *map;
	const int fd = new_file(&map);
	char *other = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(mvrange(map, LENGTH, VRANGE_VOLATILE, VRANGE_STRICT) == 0, "mvrange of a mapping");
	CHECK(unmark(fd, 0, N, 0) == 0, "is fvrange of its file");
	mark(fd, 2, 2);
	vrange_trim(SIZE_MAX);
	CHECK(mvrange(map, LENGTH, VRANGE_NONVOLATILE, VRANGE_PARTIAL) == 1, "and the reverse");
	CHECK(check_count(map, N, 7) == N - 2, "the survivors are there");
	CHECK(mvrange(other, LENGTH, VRANGE_VOLATILE, 0) == 0, "no file: accepted");
	errno = 0;
	CHECK(mvrange(other, LENGTH, VRANGE_VOLATILE, VRANGE_STRICT) == -1 && errno == EOPNOTSUPP,
	      "and never purged");
	munmap(map, LENGTH);
	munmap(other, LENGTH);
	close(fd);
}

/* --- the elected purger --- */

/* 4 MiB marked make the next look at the headroom due at once. On a busy machine a look that is due
 * by the clock could come instead, but not in each round. */
static void marks_at_once(int fd, char *map)
{
	const size_t half = 2 << 20;

	for (int i = 0; i < 20; i++) {
		memset(map, 7, 2 * half);
		CHECK(fvrange(fd, 0, half, VRANGE_VOLATILE, 0) == 0, "mark");
		CHECK(fvrange(fd, (off_t)half, half, VRANGE_VOLATILE, 0) == 0, "4 MiB in all");
		CHECK(check_byte(map) == 0, "purged, however soon after the last look");
		CHECK(fvrange(fd, 0, 2 * half, VRANGE_NONVOLATILE, VRANGE_PARTIAL) == 1,
		      "and it is reported");
	}
}

/* In a cgroup that is nearly full: the mark itself purges. @limit: bytes of the cgroup */
static int marks_under_pressure(void *limit)
{
	const size_t size = *(size_t *)limit * 3 / 4;
	const int fd = memfd_create("large", MFD_CLOEXEC);
	char *map;

	if (pressure_enter(*(size_t *)limit) != NULL)
		return 77;
	if (ftruncate(fd, (off_t)size) != 0)
		exit(99);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(map, 7, size);
	CHECK(fvrange(fd, 0, size / 2, VRANGE_VOLATILE, 0) == 0, "mark");
	CHECK(check_byte(map) == 0, "the oldest part is purged");
	CHECK(check_byte(map + size / 2) == 7, "what is not marked is not");
	CHECK(fvrange(fd, 0, size / 2, VRANGE_NONVOLATILE, 0) == 1, "and it is reported");
	memset(map, 7, size / 2);
	marks_at_once(fd, map);
	pressure_leave();
	return failures;
}

/* file.3 */
static void file_3_purger(void)
{
	size_t limit = 48 << 20;
	const int status = check_in_child(marks_under_pressure, &limit);

	if (status == 77)
		puts("left out: the purger (no memory cgroup can be made here)");
	else
		CHECK(status == 0, "in the child");
}

/* --- workers that are killed --- */

#define PART 4 /* pages that one worker uses at a time */

struct board {
	_Atomic int owner[N / PART];
	_Atomic long unmarks, losses, wrong;
};

static void use(struct board *b, int fd, char *map, int part)
{
	char *at = map + (size_t)part * PART * PAGE;
	const int lost = unmark(fd, part * PART, PART, VRANGE_PARTIAL);

	b->unmarks++;
	if (lost == 1) {
		b->losses++;
		memset(at, 7, PART * PAGE);
	} else if (lost != 0 || check_count(at, PART, 7) != PART) {
		b->wrong++;
	}
	mark(fd, part * PART, PART);
}

static void work(struct board *b, int fd, char *map, unsigned int random)
{
	for (;;) {
		int part, none = 0;

		random = random * 1103515245 + 12345;
		part = (int)((random >> 16) % (N / PART));
		if ((random >> 8) % 4 == 0)
			vrange_trim(PART * PAGE);
		if (!atomic_compare_exchange_strong(&b->owner[part], &none, getpid()))
			continue;
		use(b, fd, map, part);
		b->owner[part] = 0;
	}
}

/* A worker that was killed with a part in hand may have filled half of it. */
static void mend(struct board *b, char *map, int fd, pid_t dead)
{
	for (int part = 0; part < N / PART; part++) {
		if (b->owner[part] != dead)
			continue;
		memset(map + (size_t)part * PART * PAGE, 7, PART * PAGE);
		unmark(fd, part * PART, PART, VRANGE_PARTIAL);
		memset(map + (size_t)part * PART * PAGE, 7, PART * PAGE);
		mark(fd, part * PART, PART);
		b->owner[part] = 0;
	}
}

static void vrange_11_killed(void)
{
	struct board *b =
		mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *map;
	const int fd = new_file(&map);
	pid_t worker[4] = { 0 };

	mark(fd, 0, N);
	fflush(stdout);
	for (int kills = 0; kills < 150; kills++) {
		const struct timespec a_while = { 0, 1000000 + kills * 7919 % 2000000 };
		pid_t *w = &worker[kills % 4];

		for (int i = 0; i < 4; i++)
			if (!worker[i] && (worker[i] = fork()) == 0)
				work(b, fd, map, (unsigned int)(kills * 4 + i + 1));
		nanosleep(&a_while, NULL);
		kill(*w, SIGKILL);
		waitpid(*w, NULL, 0);
		mend(b, map, fd, *w);
		*w = 0;
	}
	for (int i = 0; i < 4; i++)
		if (worker[i] && kill(worker[i], SIGKILL) == 0)
			waitpid(worker[i], NULL, 0);
	printf("150 kills: unmarks %ld losses %ld wrong %ld\n", b->unmarks, b->losses, b->wrong);
	CHECK(b->wrong == 0, "none was said to be intact that was lost");
	CHECK(b->losses > 0 && b->unmarks > b->losses, "some were lost");
	munmap(map, LENGTH);
	munmap(b, sizeof(*b));
	close(fd);
}

/* --- the ledger --- */

static int child_finds(void *error)
{
	char *map;
	const int fd = new_file(&map);

	CHECK(fails(*(int *)error, fd, 0, PAGE, VRANGE_VOLATILE), "a clear errno");
	CHECK(check_count(map, N, 7) == N, "nothing is lost");
	return failures;
}

/* In a process that has not mapped the ledger yet. */
static void refused(int error, const char *what)
{
	CHECK(check_in_child(child_finds, &error) == 0, what);
}

static void shared_4_garbage(void)
{
	int fd = open(ledger, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	refused(EBADMSG, "empty");
	if (ftruncate(fd, 64 << 20) != 0)
		exit(99);
	refused(EBADMSG, "of another size");
	fchmod(fd, 0644);
	refused(EACCES, "that others can read");
	close(fd);
	unlink(ledger);
}

static int child_scribbles(void *arg)
{
	char *map;
	const int fd = new_file(&map), ledger_fd = open(ledger, O_RDWR | O_CLOEXEC);
	struct stat st;
	unsigned char *bytes;

	(void)arg;
	fstat(ledger_fd, &st);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, ledger_fd, 0);
	/* all but the header and its lock */
	for (off_t i = 128; i < st.st_size; i++)
		bytes[i] = (unsigned char)(i * 2654435761u >> 7);
	mark(fd, 0, N);
	vrange_trim(SIZE_MAX);
	unmark(fd, 0, N, 0);
	return 0;
}

static void shared_4_scribbled(void)
{
	char *map;
	const int fd = new_file(&map);

	CHECK(mark(fd, 0, 1) == 0 && unmark(fd, 0, 1, 0) == 0, "there is a ledger");
	CHECK(check_in_child(child_scribbles, NULL) == 0, "no crash");
	unlink(ledger);
	munmap(map, LENGTH);
	close(fd);
}

static char *map_ledger(void)
{
	const int fd = open(ledger, O_RDWR | O_CLOEXEC);
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		exit(99);
	close(fd);
	return at;
}

/* Garbage in the lock, which is behind the first 16 bytes: of no kind, and held by a thread that
 * does not exist. */
static void shared_4_lock(void)
{
	char *map;
	const int fd = new_file(&map);

	for (int bytes = 4; bytes <= 64; bytes += 60) {
		char *at;

		CHECK(mark(fd, 0, 1) == 0 && unmark(fd, 0, 1, 0) == 0, "there is a ledger");
		at = map_ledger();
		memset(at + 16, 0x3f, (size_t)bytes);
		refused(EBADMSG, "in the lock");
		munmap(at, PAGE);
		unlink(ledger);
	}
	munmap(map, LENGTH);
	close(fd);
}

/* The ledger is removed, or cut short, while processes use it. */
static void shared_6_removed(void)
{
	char *map;
	const int fd = new_file(&map);

	CHECK(mark(fd, 0, 4) == 0 && vrange_trim(1) == 4 * PAGE, "a part is lost");
	CHECK(mark(fd, 8, 4) == 0 && unlink(ledger) == 0, "the ledger is removed");
	CHECK(unmark(fd, 16, 1, 0) == 0, "there is a new one");
	CHECK(vrange_trim(1) == 4 * PAGE, "which knows what was volatile");
	CHECK(unmark(fd, 8, 4, 0) == 1 && unmark(fd, 0, 4, 0) == 1, "and what was lost");
	CHECK(unmark(fd, 0, N, VRANGE_PARTIAL) == 0, "once");
	memset(map, 7, LENGTH);
	CHECK(truncate(ledger, 0) == 0 && fails(EBADMSG, fd, 0, PAGE, VRANGE_VOLATILE),
	      "cut short: a clear errno, and no SIGBUS");
	CHECK(vrange_trim(SIZE_MAX) == 0, "nor when memory is purged");
	CHECK(check_count(map, N, 7) == N && unlink(ledger) == 0, "nothing is lost");
	munmap(map, LENGTH);
	close(fd);
}

/* @fd: 4 pages of it are lost. In a root directory without /dev/shm. */
static int unmarks_in_other_root(void *fd)
{
	if (chroot("/proc") != 0) {
		puts("left out: another root directory (no chroot here)");
		return 0;
	}
	CHECK(unmark(*(int *)fd, 0, 4, 0) == 1, "reported");
	return failures;
}

static void other_root(void)
{
	char *map;
	int fd = new_file(&map);

	CHECK(mark(fd, 0, 4) == 0 && vrange_trim(1) == 4 * PAGE, "lost");
	CHECK(check_in_child(unmarks_in_other_root, &fd) == 0, "after a chroot");
	unmark(fd, 0, 4, 0);
	munmap(map, LENGTH);
	close(fd);
}

/* On a small /dev/shm of its own. */
static int full(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", "/dev/shm", "tmpfs", 0, "size=64k") != 0) {
		puts("left out: a full /dev/shm (no mount here)");
		return 0;
	}
	refused(ENOSPC, "no room for the ledger");
	return failures;
}

static int garbage(void *arg)
{
	(void)arg;
	shared_4_garbage();
	return failures;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return check_own_ledger(NULL);
	strcpy(ledger, argv[1]);
	CHECK(check_in_child(garbage, NULL) == 0, "a ledger with garbage");
	CHECK(check_in_child(full, NULL) == 0, "a full /dev/shm");
	results();
	bad_arguments();
	file_1_disk();
	file_2_reused_descriptor();
	shared_mapping();
	file_3_purger();
	shared_6_removed();
	other_root();
	vrange_11_killed();
	shared_4_scribbled();
	shared_4_lock();
	unlink(ledger);
	return check_done();
}
