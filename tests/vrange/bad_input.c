/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: bad input gets a clear errno; nothing is changed, and nothing is lost that was not
 * volatile. Devices, locked and huge memory, ranges of which a part is bad, a full ledger, a
 * truncated file, and system calls that a seccomp filter refuses. vrange.7, vrange.12, mark.5.
 * (Unaligned, overflowing and unmapped ranges: ranges.c. Garbage and a full /dev/shm: files.c.)
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define N	 16
#define LENGTH	 (N * PAGE)
#define POPULATE 23 /* MADV_POPULATE_WRITE */
#define EXTENTS	 1024

static int mark(char *memory, size_t length)
{
	return mvrange(memory, length, VRANGE_VOLATILE, 0);
}

static int unmark(char *memory, size_t length)
{
	return mvrange(memory, length, VRANGE_NONVOLATILE, 0);
}

static bool fails(int error, char *memory, size_t length, int behavior)
{
	errno = 0;
	return mvrange(memory, length, VRANGE_VOLATILE, behavior) == -1 && errno == error;
}

/* Reclaim takes nothing of @m: it is not volatile. A missing page of it is filled: it is not
 * registered. */
static void is_untouched(char *m, const char *what)
{
	pressure_reclaim_range(m, LENGTH);
	CHECK(check_count(m, N, 7) == N, what);
	madvise(m, LENGTH, MADV_DONTNEED);
	CHECK(check_count(m, N, 0) == N, what);
	memset(m, 7, LENGTH);
}

/* --- memory that cannot be volatile --- */

/* The kernel's data page: mapped into every process as a device is. */
static char *device_page(void)
{
	unsigned long at, end, found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[256];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar") && sscanf(line, "%lx-%lx", &at, &end) == 2)
			found = at;
	if (maps)
		fclose(maps);
	return (char *)found;
}

static void devices(void)
{
	char *page = device_page();

	if (!page) {
		puts("left out: a device (no [vvar] here)");
		return;
	}
	CHECK(fails(EINVAL, page, PAGE, 0), "a device");
	CHECK(fails(EINVAL, page, PAGE, VRANGE_ZERO), "with VRANGE_ZERO");
	CHECK(unmark(page, PAGE) == 0, "which is not volatile");
}

/* @m is followed by a mapping that is refused: all or nothing. */
static void half_bad(char *m, int error, int behavior, const char *what)
{
	CHECK(fails(error, m, 2 * LENGTH, behavior), what);
	is_untouched(m, what);
}

static void parts(void)
{
	char *m = check_memory(2 * N, 7);
	const int file = memfd_create("locked", MFD_CLOEXEC);

	if (ftruncate(file, LENGTH) != 0)
		exit(99);
	munmap(m + LENGTH, LENGTH);
	half_bad(m, ENOMEM, 0, "not mapped");
	mmap(m + LENGTH, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);
	if (mlock(m + LENGTH, LENGTH) == 0) {
		half_bad(m, EINVAL, 0, "a file that is locked");
		munlock(m + LENGTH, LENGTH);
	}
	mmap(m + LENGTH, LENGTH, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0);
	half_bad(m, EOPNOTSUPP, VRANGE_STRICT, "private memory of a file");
	munmap(m, 2 * LENGTH);
	close(file);
}

static void huge_pages(void)
{
	const size_t size = 2 << 20;
	const int file = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	char *m = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE, -1, 0);

	if (file >= 0) {
		errno = 0;
		CHECK(fvrange(file, 0, size, VRANGE_VOLATILE, 0) == -1 && errno == EINVAL,
		      "a file of huge pages");
		close(file);
	}
	if (m == MAP_FAILED) {
		puts("left out: huge pages (none can be mapped here)");
		return;
	}
	CHECK(fails(EINVAL, m, size, 0) && fails(EINVAL, m, size, VRANGE_ZERO), "huge pages");
	munmap(m, size);
}

/* While another process shares the pages, none is given to the kernel. The mark fails all the
 * same. */
static void locked_and_shared(void)
{
	char *m = check_memory(N, 7), byte;
	int end[2];
	pid_t child;

	if (mlock(m, LENGTH) != 0 || pipe(end) != 0) {
		puts("left out: locked memory");
		return;
	}
	child = fork();
	if (child == 0) {
		close(end[1]);
		_exit(read(end[0], &byte, 1) != 0);
	}
	close(end[0]);
	CHECK(fails(EINVAL, m, LENGTH, 0), "locked, and shared with a forked process");
	close(end[1]);
	waitpid(child, NULL, 0);
	munlock(m, LENGTH);
	is_untouched(m, "locked");
	munmap(m, LENGTH);
}

static void overlaps(void)
{
	char *m = check_memory(2 * N, 7);

	CHECK(mark(m, LENGTH) == 0 && mark(m + 8 * PAGE, LENGTH) == 0, "overlapping");
	munmap(m + LENGTH + 12 * PAGE, PAGE);
	CHECK(fails(ENOMEM, m + 4 * PAGE, 2 * LENGTH - 4 * PAGE, 0), "a part is not mapped");
	pressure_reclaim_range(m + 8 * PAGE, 4 * PAGE);
	CHECK(unmark(m, 8 * PAGE) == 0 && check_count(m, 8, 7) == 8, "the first part is intact");
	CHECK(unmark(m + 8 * PAGE, 8 * PAGE) == 1, "the common part was lost, and is reported");
	CHECK(unmark(m + LENGTH, 8 * PAGE) == 0 && check_count(m + LENGTH, 8, 7) == 8,
	      "the last part is intact");
	munmap(m, 2 * LENGTH);
}

/* With mlockall(): objects work, and are never taken. */
static int locks_all(void *arg)
{
	struct vrange_object *o;
	int lost = 0;
	char *at;

	(void)arg;
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
		return 77;
	o = vrange_new(LENGTH, 0);
	if (!o) {
		CHECK(errno == ENOMEM, "more than may be locked");
		return failures ? failures : 77;
	}
	at = vrange_pin(o, &lost);
	CHECK(at && lost && check_count(at, N, 0) == N, "new: zeros");
	memset(at, 7, LENGTH);
	vrange_unpin(o);
	pressure_reclaim_range(at, LENGTH);
	CHECK(vrange_pin(o, &lost) == at && !lost && check_count(at, N, 7) == N, "intact");
	vrange_unpin(o);
	vrange_trim(SIZE_MAX);
	CHECK(vrange_pin(o, &lost) == at && lost && check_count(at, N, 0) == N, "trimmed: zeros");
	return failures;
}

static void all_is_locked(void)
{
	const int status = check_in_child(locks_all, NULL);

	if (status == 77)
		puts("left out: mlockall() (too little may be locked)");
	else
		CHECK(status == 0, "objects under mlockall()");
}

/* --- files --- */

/* A file with as many volatile parts as the ledger has room for. */
static int crowded_file(void)
{
	const int fd = memfd_create("crowded", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (2 * EXTENTS + 2 * N) * (off_t)PAGE) != 0)
		exit(99);
	for (int i = 0; i < EXTENTS; i++)
		CHECK(fvrange(fd, (2 * i + 2 * N) * (off_t)PAGE, PAGE, VRANGE_VOLATILE, 0) == 0,
		      "there is room");
	return fd;
}

static void ledger_is_full(void)
{
	const int fd = crowded_file(), other = memfd_create("other", MFD_CLOEXEC);
	char *m = check_memory(2 * N, 7);

	if (ftruncate(other, LENGTH) != 0)
		exit(99);

	mmap(m + LENGTH, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	memset(m + LENGTH, 7, LENGTH);
	half_bad(m, ENOSPC, 0, "no room for one more part");
	/* with a file that has room in between */
	mmap(m + LENGTH / 2, LENGTH / 2, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, other, 0);
	memset(m, 7, LENGTH);
	/* so that it would be purged if it were marked */
	fvrange(other, 0, PAGE, VRANGE_VOLATILE, 0);
	fvrange(other, 0, PAGE, VRANGE_NONVOLATILE, 0);
	CHECK(fails(ENOSPC, m, 2 * LENGTH, 0), "nor for one of two files");
	vrange_trim(SIZE_MAX);
	CHECK(check_count(m, 2 * N, 7) == 2 * N, "no file's part was marked");
	CHECK(fvrange(fd, 0, (2 * EXTENTS + 2 * N) * PAGE, VRANGE_NONVOLATILE, 0) == 1, "unmarked");
	munmap(m, 2 * LENGTH);
	close(fd);
	close(other);
}

static void truncated(void)
{
	const int fd = memfd_create("short", MFD_CLOEXEC);
	char *m;

	if (ftruncate(fd, LENGTH) != 0)
		exit(99);
	m = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(m, 7, LENGTH);
	CHECK(mark(m + 2 * PAGE, LENGTH - 2 * PAGE) == 0, "mark");
	CHECK(ftruncate(fd, 4 * PAGE) == 0, "truncated while volatile");
	CHECK(check_count(m, 4, 7) == 4, "nothing else is lost");
	vrange_trim(SIZE_MAX);
	CHECK(check_count(m, 2, 7) == 2, "nor by a purge");
	CHECK(unmark(m + 2 * PAGE, LENGTH - 2 * PAGE) == 1, "the purge is reported");
	CHECK(ftruncate(fd, LENGTH) == 0 && mark(m, LENGTH) == 0 && unmark(m, LENGTH) == 0,
	      "and it goes on");
	munmap(m, LENGTH);
	close(fd);
}

static void arguments(void)
{
	struct vrange_object *o = vrange_new(PAGE, 0);
	struct vrange_stat stat = { .size = 4 };
	struct vrange_hole hole;
	char *m = check_memory(1, 7), byte;

	errno = 0;
	CHECK(!vrange_new((size_t)-1, 0) && errno == EINVAL, "an object of all memory");
	CHECK(!vrange_new((size_t)1 << 60, 0) && (errno == ENOMEM || errno == EINVAL), "of much");
	CHECK(vrange_read(&byte, o, PAGE, (size_t)-1) == -1 && errno == EINVAL, "overflows");
	CHECK(vrange_stat(&stat) == -1 && errno == EINVAL, "an unknown size");
	CHECK(vrange_holes(m + 1, PAGE, &hole, 1) == -1 && errno == EINVAL, "not aligned");
	munmap(m, PAGE);
	CHECK(vrange_holes(m, PAGE, &hole, 1) == -1 && errno == ENOMEM, "not mapped");
	vrange_delete(o);
}

/* --- refused by seccomp --- */

struct refusal {
	int nr;
	int advice; /* of madvise; 0: any */
	int error;
};

static bool refuse(const struct refusal *r)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)r->nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)r->advice, 0, r->advice ? 1 : 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)r->error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Before the library was used. */
static int refused_from_the_start(void *refusal)
{
	struct vrange_stat stat = { .size = sizeof(stat) };
	const struct refusal *r = refusal;
	char *m = check_memory(N, 7);
	struct vrange_object *o;

	if (!refuse(r))
		return 77;
	o = vrange_new(PAGE, 0);
	CHECK(vrange_stat(&stat) == 0 && stat.level == (r->nr == SYS_madvise ? 4 : 3), "level");
	CHECK(mark(m, LENGTH) == 0, "accepted");
	is_untouched(m, "and without effect");
	CHECK(unmark(m, LENGTH) == 0, "intact");
	CHECK(fails(EOPNOTSUPP, m, LENGTH, VRANGE_STRICT), "refused on request");
	if (r->nr == SYS_madvise) {
		CHECK(mvrange(m, LENGTH, VRANGE_VOLATILE, VRANGE_ZERO) == 0, "VRANGE_ZERO");
		is_untouched(m, "has no effect");
		CHECK(fails(EOPNOTSUPP, m, LENGTH, VRANGE_ZERO | VRANGE_STRICT), "on request");
	}
	CHECK(vrange_pin(o, NULL), "objects work");
	vrange_unpin(o);
	return failures;
}

/* While memory is volatile. */
static int refused_later(void *refusal)
{
	char *m = check_memory(N, 7), *other = check_memory(N, 7);
	const struct refusal *r = refusal;

	CHECK(mark(m, LENGTH) == 0, "mark");
	if (!refuse(r))
		return 77;
	if (r->advice == POPULATE) {
		errno = 0;
		CHECK(unmark(m, LENGTH) == -1 && errno == r->error, "unmark");
		pressure_reclaim_range(m, PAGE);
		CHECK(check_byte(m) == -1, "it is as volatile as before");
		return failures;
	}
	CHECK(fails(r->error, other, LENGTH, 0), "mark");
	is_untouched(other, "nothing has changed");
	CHECK(unmark(m, LENGTH) == 0 && check_count(m, N, 7) == N, "what was marked is intact");
	return failures;
}

static void try_refusal(int (*run)(void *), int nr, int advice, int error, const char *what)
{
	struct refusal r = { nr, advice, error };
	const int status = check_in_child(run, &r);

	if (status == 77)
		printf("left out: %s (no filter can be set here)\n", what);
	else
		CHECK(status == 0, what);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		return check_own_ledger(NULL);
	check_begin();
	try_refusal(refused_from_the_start, SYS_userfaultfd, 0, EPERM, "userfaultfd: EPERM");
	try_refusal(refused_from_the_start, SYS_userfaultfd, 0, ENOSYS, "userfaultfd: ENOSYS");
	try_refusal(refused_from_the_start, SYS_madvise, MADV_FREE, EPERM, "MADV_FREE: EPERM");
	try_refusal(refused_from_the_start, SYS_madvise, MADV_FREE, EINVAL, "MADV_FREE: EINVAL");
	devices();
	huge_pages();
	all_is_locked();
	arguments();
	truncated();
	if (check_can_purge()) {
		try_refusal(refused_later, SYS_madvise, MADV_FREE, EPERM, "MADV_FREE later");
		try_refusal(refused_later, SYS_madvise, POPULATE, EPERM, "unmark refused");
		parts();
		ledger_is_full();
		locked_and_shared();
		overlaps();
	}
	check_remove_ledger();
	return check_done();
}
