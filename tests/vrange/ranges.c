/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: mvrange() of anonymous memory does what mvrange(2) says, call by call: results,
 * errors, alignment, overlap, holes, and the traps of mappings that change while they are volatile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define N      64
#define LENGTH (N * PAGE)

static int mark(char *memory, size_t length)
{
	return mvrange(memory, length, VRANGE_VOLATILE, 0);
}

static int unmark(char *memory, size_t length, int behavior)
{
	return mvrange(memory, length, VRANGE_NONVOLATILE, behavior);
}

/* Takes @n pages from @first on. */
static void take(char *memory, int first, int n)
{
	pressure_reclaim_range(memory + (size_t)first * PAGE, (size_t)n * PAGE);
}

static int fails(int error, char *memory, size_t length, int mode, int behavior)
{
	errno = 0;
	return mvrange(memory, length, mode, behavior) == -1 && errno == error;
}

static void vrange_1_2_3_results(void)
{
	char *m = check_memory(N, 7);

	CHECK(mark(m, LENGTH) == 0, "mark");
	CHECK(unmark(m, LENGTH, 0) == 0, "nothing was reclaimed");
	CHECK(check_count(m, N, 7) == N, "the content is as it was");
	CHECK(mark(m, LENGTH) == 0, "mark");
	take(m, 0, N);
	CHECK(check_count(m, N, -1) == N, "every page raises SIGBUS");
	CHECK(unmark(m, LENGTH, 0) == 1, "all is lost");
	CHECK(check_count(m, N, 0) == N, "lost pages read as zeros after the unmark");
	CHECK(unmark(m, LENGTH, 0) == 0, "vrange.6: reported once");
	munmap(m, LENGTH);
}

static void full_and_partial(void)
{
	char *m = check_memory(N, 7);
	struct vrange_hole hole[4];

	mark(m, LENGTH);
	take(m, 8, 4);
	CHECK(unmark(m, LENGTH, VRANGE_PARTIAL) == 1, "four pages are lost");
	CHECK(vrange_holes(m, LENGTH, hole, 4) == 1, "in one run");
	CHECK(hole[0].start == m + 8 * PAGE && hole[0].length == 4 * PAGE,
	      "which is the right one");
	CHECK(check_count(m, N, 7) == N - 4, "the survivors keep their content");
	take(m, 0, N);
	CHECK(check_count(m, N, 7) == N - 4, "and cannot be taken any more");
	memset(m, 7, LENGTH);
	mark(m, LENGTH);
	take(m, 8, 4);
	CHECK(unmark(m, LENGTH, VRANGE_FULL) == 1, "four pages are lost");
	CHECK(check_count(m, N, 0) == N, "and the rest is given up");
	munmap(m, LENGTH);
}

static void vrange_7_full_gives_up_what_was_marked(void)
{
	char *m = check_memory(N, 7);

	mark(m + 8 * PAGE, 8 * PAGE);
	take(m, 0, N);
	CHECK(unmark(m, LENGTH, VRANGE_FULL) == 1, "lost");
	CHECK(check_count(m, N, 7) == N - 8, "what was not marked keeps its content");
	munmap(m, LENGTH);
}

static void alignment(void)
{
	char *m = check_memory(N, 7);

	CHECK(fails(EINVAL, m + 1, PAGE, VRANGE_VOLATILE, 0), "start not aligned");
	CHECK(fails(EINVAL, m, SIZE_MAX - PAGE, VRANGE_VOLATILE, 0), "the range overflows");
	CHECK(fails(EINVAL, m, SIZE_MAX, VRANGE_NONVOLATILE, 0), "rounding up overflows");
	CHECK(fails(EINVAL, m, PAGE, 2, 0), "unknown mode");
	CHECK(fails(EINVAL, m, PAGE, VRANGE_VOLATILE, 64), "unknown behavior");
	CHECK(mark(m, 2 * PAGE - 1) == 0, "rounded down");
	take(m, 0, N);
	CHECK(check_byte(m) == -1 && check_byte(m + PAGE) == 7, "one page was marked");
	CHECK(unmark(m, 1, 0) == 1, "rounded up");
	CHECK(mark(m, PAGE - 1) == 0 && mark(m, 0) == 0, "less than a page");
	munmap(m, LENGTH);
}

static void vrange_12_bad_memory(void)
{
	char *m = check_memory(N, 7);
	char *huge = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE, -1, 0);

	munmap(m + 8 * PAGE, PAGE);
	CHECK(fails(ENOMEM, m, LENGTH, VRANGE_VOLATILE, 0), "a part is not mapped");
	CHECK(fails(ENOMEM, m, LENGTH, VRANGE_NONVOLATILE, 0), "nor at the unmark");
	take(m, 0, 8);
	CHECK(check_count(m, 8, 7) == 8, "nothing was marked");
	munmap(m, LENGTH);
	m = check_memory(N, 7);
	if (mlock(m + 8 * PAGE, PAGE) == 0) {
		CHECK(fails(EINVAL, m, LENGTH, VRANGE_VOLATILE, 0), "a part is locked");
		take(m, 0, N);
		CHECK(check_count(m, N, 7) == N, "nothing was marked");
	}
	/* a few pages and many are marked in different ways */
	for (int n = 8; n <= N; n += N - 8) {
		if (mlock(m, LENGTH) != 0)
			break;
		CHECK(fails(EINVAL, m, (size_t)n * PAGE, VRANGE_VOLATILE, 0), "all is locked");
		munlock(m, LENGTH);
		madvise(m, LENGTH, MADV_DONTNEED);
		CHECK(check_count(m, N, 0) == N, "vrange.4: and not registered");
	}
	if (huge != MAP_FAILED)
		CHECK(fails(EINVAL, huge, 2 << 20, VRANGE_VOLATILE, 0), "huge pages");
	munmap(m, LENGTH);
}

static void never_purged(void)
{
	const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	const char was = m[0];

	m[0] = 9;
	CHECK(mark(m, PAGE) == 0, "private memory of a file is accepted");
	take(m, 0, 1);
	CHECK(check_byte(m) == 9 && unmark(m, PAGE, 0) == 0, "and never purged");
	CHECK(fails(EOPNOTSUPP, m, PAGE, VRANGE_VOLATILE, VRANGE_STRICT), "refused on request");
	m[0] = was;
	munmap(m, PAGE);
	close(file);
	m = check_memory(1, 7);
	mprotect(m, PAGE, PROT_READ);
	CHECK(mark(m, PAGE) == 0, "memory that cannot be written is accepted");
	CHECK(fails(EOPNOTSUPP, m, PAGE, VRANGE_VOLATILE, VRANGE_STRICT), "refused on request");
	mprotect(m, PAGE, PROT_READ | PROT_WRITE);
	mark(m, PAGE);
	mprotect(m, PAGE, PROT_READ);
	CHECK(fails(EACCES, m, PAGE, VRANGE_NONVOLATILE, 0), "marked, and not writable now");
	mprotect(m, PAGE, PROT_READ | PROT_WRITE);
	CHECK(unmark(m, PAGE, 0) == 0 && check_byte(m) == 7, "and again");
	munmap(m, PAGE);
}

static void vrange_13_twice(void)
{
	char *m = check_memory(N, 7);

	CHECK(unmark(m, LENGTH, 0) == 0, "what was never marked is intact");
	CHECK(mark(m, LENGTH) == 0 && mark(m, LENGTH) == 0, "marked twice");
	take(m, 0, 4);
	CHECK(mark(m, LENGTH) == 0, "marked again after a loss");
	CHECK(check_count(m, 4, -1) == 4, "vrange.6: a lost page stays lost");
	CHECK(unmark(m, LENGTH, VRANGE_PARTIAL) == 1 && unmark(m, LENGTH, 0) == 0,
	      "unmarked twice");
	munmap(m, LENGTH);
}

static void never_written(void)
{
	char *m = check_memory(N, 0);

	CHECK(mark(m, LENGTH) == 0, "memory that was never written");
	take(m, 0, N);
	CHECK(check_count(m, N, 0) == N, "reads as zeros");
	CHECK(unmark(m, LENGTH, 0) == 0, "and is intact");
	munmap(m, LENGTH);
	m = check_memory(4096, 0);
	CHECK(mark(m, 4096 * PAGE) == 0, "as is a large range");
	CHECK(check_count(m, 4096, 0) == 4096 && unmark(m, 4096 * PAGE, 0) == 0, "intact");
	munmap(m, 4096 * PAGE);
}

static void written_while_volatile(void)
{
	char *m = check_memory(N, 7);

	mark(m, LENGTH);
	m[0] = 8;
	take(m, 0, N);
	CHECK(check_byte(m) == 8, "a write ends the volatility of its page");
	CHECK(unmark(m, LENGTH, VRANGE_PARTIAL) == 1 && m[0] == 8, "the others went");
	munmap(m, LENGTH);
}

static void vrange_5_system_calls(void)
{
	char *m = check_memory(1, 7);
	int pipe_fd[2];

	mark(m, PAGE);
	take(m, 0, 1);
	if (pipe(pipe_fd) != 0)
		exit(99);
	CHECK(write(pipe_fd[1], m, 8) == -1 && errno == EFAULT, "write(2) of a lost page");
	CHECK(write(pipe_fd[1], "data", 4) == 4, "data");
	CHECK(read(pipe_fd[0], m, 4) == -1 && errno == EFAULT, "read(2) into a lost page");
	unmark(m, PAGE, 0);
	munmap(m, PAGE);
}

static void trap_1_mremap(void)
{
	char *m = check_memory(N, 7), *to = check_memory(2 * N, 0);

	mark(m, LENGTH / 2);
	take(m, 0, 2);
	m = mremap(m, LENGTH, 2 * LENGTH, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	CHECK(m == to, "moved");
	take(m, 2, 2);
	CHECK(check_count(m, 4, -1) == 4, "lost before and after the move");
	CHECK(check_count(m + LENGTH, N, 0) == N, "what it grew by is not volatile");
	CHECK(unmark(m, 2 * LENGTH, VRANGE_PARTIAL) == 1, "reported at the new address");
	CHECK(check_count(m, N, 7) == N - 4, "the rest is there");
	munmap(m, 2 * LENGTH);
}

/* A block that is a mapping of its own, as large ones are. */
static void trap_1_realloc(void)
{
	const size_t size = 4 << 20;
	char *block = malloc(size), *m = (char *)(((uintptr_t)block + PAGE) & ~(PAGE - 1));

	memset(block, 7, size);
	mark(m, LENGTH);
	block = realloc(block, 2 * size);
	CHECK(block && check_byte(block + size - 1) == 7, "realloc keeps the content");
	m = (char *)(((uintptr_t)block + PAGE) & ~(PAGE - 1));
	take(m, 0, N);
	CHECK(check_count(m, N, 7) == N && unmark(m, LENGTH, 0) == 0, "which is not volatile");
	free(block);
}

static int newcomer_in_child(void *memory)
{
	return check_byte((char *)memory + PAGE) == 0 ? 0 : 1;
}

static void trap_2_newcomer(void)
{
	char *m = check_memory(N, 7);

	mark(m, LENGTH);
	munmap(m, LENGTH);
	m = mmap(m, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(m, 9, PAGE);
	take(m, 0, N);
	CHECK(check_byte(m) == 9, "a newcomer at the address is not purged");
	CHECK(check_in_child(newcomer_in_child, m) == 0, "nor volatile in a forked process");
	CHECK(unmark(m, LENGTH, 0) == 0 && m[0] == 9, "nor touched by an unmark");
	mark(m, LENGTH);
	m = mmap(m, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mark(m, LENGTH);
	CHECK(check_count(m, N, 0) == N, "a newcomer that was never written is not lost");
	CHECK(unmark(m, LENGTH, 0) == 0, "when it is marked");
	mark(m, LENGTH);
	m = mmap(m, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(m, 7, LENGTH);
	mark(m, LENGTH);
	take(m, 0, N);
	CHECK(check_count(m, N, -1) == N && unmark(m, LENGTH, 0) == 1, "but can be volatile");
	memset(m, 7, LENGTH);
	mark(m, LENGTH);
	munmap(m, LENGTH / 2);
	mmap(m, LENGTH / 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	m[0] = 9;
	take(m, N / 2, N / 2);
	CHECK(unmark(m, LENGTH, VRANGE_FULL) == 1 && m[0] == 9, "half of it is a newcomer");
	munmap(m, LENGTH);
}

static void trap_4_alternating(void)
{
	/* without PROCMAP_QUERY each mark reads the text of all mappings */
	const int most = getenv("VRANGE_FORCE_OLD") ? 500 : 70000;
	char *m = check_memory(2 * most, 0), *last = m + (size_t)(most - 1) * 2 * PAGE;
	int i, error = 0;

	last[0] = 7;
	for (i = 0; i < most && error == 0; i++)
		error = mark(m + (size_t)i * 2 * PAGE, PAGE);
	CHECK(error == 0 || errno == ENOMEM, "too many ranges is ENOMEM");
	CHECK(i == most || i > 10000, "after many");
	pressure_reclaim_range(last, PAGE);
	CHECK(check_byte(last) == (error ? 7 : -1), "a mark that failed has changed nothing");
	CHECK(unmark(m, (size_t)2 * most * PAGE, 0) == (error ? 0 : 1),
	      "and all that were marked are unmarked");
	munmap(m, (size_t)2 * most * PAGE);
}

/* As daemons and servers do. */
static void vrange_14_closes_all(void)
{
	char *m = check_memory(N, 7);

	mark(m, LENGTH);
	for (int fd = 3; fd < 4096; fd++)
		close(fd);
	CHECK(unmark(m, LENGTH, 0) == 0, "close: as if the library had no descriptor");
	mark(m, LENGTH);
	closefrom(3);
	CHECK(unmark(m, LENGTH, 0) == 0, "closefrom");
	mark(m, LENGTH);
	CHECK(close_range(3, ~0u, 0) == 0 && unmark(m, LENGTH, 0) == 0, "close_range");
	mark(m, LENGTH);
	for (int fd = 990; fd < 1010; fd++)
		dup2(0, fd);
	take(m, 0, 1);
	CHECK(unmark(m, LENGTH, VRANGE_PARTIAL) == 1, "dup2");
	CHECK(check_count(m, N, 7) == N - 1, "the registration moved with its descriptor");
	for (int fd = 990; fd < 1010; fd++)
		close(fd);
	munmap(m, LENGTH);
}

static void vrange_14_descriptors(void)
{
	char *m = check_memory(N, 7);

	mark(m, LENGTH);
	take(m, 0, 1);
	for (int fd = 3; fd < 4096; fd++)
		syscall(SYS_close, fd);
	CHECK(unmark(m, LENGTH, 0) == 1,
	      "every descriptor closed by raw calls: never a false intact");
	memset(m, 7, LENGTH);
	CHECK(mark(m, LENGTH) == 0, "and it goes on");
	take(m, 0, 1);
	CHECK(check_byte(m) == -1 && unmark(m, LENGTH, 0) == 1, "as before");
	munmap(m, LENGTH);
}

static void zero(void)
{
	char *m = check_memory(N, 7);

	memset(m + PAGE, 0, PAGE);
	CHECK(mvrange(m, LENGTH, VRANGE_VOLATILE, VRANGE_ZERO) == 0, "mark");
	CHECK(fails(EBUSY, m, PAGE, VRANGE_VOLATILE, 0), "not in two ways");
	CHECK(unmark(m, LENGTH, 0) == 0 && check_count(m, N, 7) == N - 1, "intact");
	mvrange(m, LENGTH, VRANGE_VOLATILE, VRANGE_ZERO);
	take(m, 1, 2);
	CHECK(check_count(m, N, 0) == 2 && check_count(m, N, 7) == N - 2, "zeros, and no signal");
	CHECK(unmark(m, PAGE, 0) == 0 && unmark(m + PAGE, PAGE, 0) == 0, "zeros were not lost");
	CHECK(unmark(m + 2 * PAGE, 2 * PAGE, 0) == 1, "the read page is reported");
	CHECK(unmark(m, LENGTH, 0) == 0 && check_count(m, N, 7) == N - 2, "the others are intact");
	take(m, 0, N);
	CHECK(check_count(m, N, 7) == N - 2, "and cannot be taken any more");
	munmap(m, LENGTH);
}

static void vrange_form(void)
{
	char *m = check_memory(N, 7);
	int purged = 5;

	CHECK(vrange(m, LENGTH, VRANGE_VOLATILE, 0, &purged) == LENGTH && purged == 0, "mark");
	take(m, 3, 1);
	CHECK(vrange(m, LENGTH, VRANGE_NONVOLATILE, 0, &purged) == LENGTH && purged == 1, "lost");
	CHECK(check_count(m, N, 7) == N - 1, "as VRANGE_PARTIAL");
	errno = 0;
	CHECK(vrange(m, LENGTH, 7, 0, NULL) == -1 && errno == EINVAL, "unknown mode");
	munmap(m, LENGTH);
}

int main(void)
{
	check_begin();
	check_needs_purge();
	vrange_1_2_3_results();
	full_and_partial();
	vrange_7_full_gives_up_what_was_marked();
	alignment();
	vrange_12_bad_memory();
	never_purged();
	vrange_13_twice();
	never_written();
	written_while_volatile();
	vrange_5_system_calls();
	vrange_form();
	zero();
	trap_1_mremap();
	trap_1_realloc();
	trap_2_newcomer();
	trap_4_alternating();
	vrange_14_closes_all();
	vrange_14_descriptors();
	return check_done();
}
