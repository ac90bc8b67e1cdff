/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: marks are copied by fork, and a page that another process holds unmarked is not
 * taken from any process. vrange.1, vrange.5, vrange.8, mark.4, mark.7, state.2.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define N      16
#define LENGTH (N * PAGE)

static bool in_cgroup;

static int mark(char *memory)
{
	return mvrange(memory, LENGTH, VRANGE_VOLATILE, 0);
}

static int unmark(char *memory)
{
	return mvrange(memory, LENGTH, VRANGE_NONVOLATILE, VRANGE_PARTIAL);
}

/* Reclaims three times: the first round may only age the pages. */
static void squeeze(char *memory)
{
	for (int i = 0; i < 3; i++) {
		pressure_reclaim();
		pressure_reclaim_range(memory, LENGTH);
	}
}

static int child_sees_losses(void *memory)
{
	CHECK(check_count(memory, N, -1) == N, "what was lost before the fork raises SIGBUS");
	CHECK(unmark(memory) == 1, "and is reported to the child");
	return failures;
}

static void lost_before(void)
{
	char *m = check_memory(N, 7);

	mark(m);
	squeeze(m);
	CHECK(check_in_child(child_sees_losses, m) == 0, "in the child");
	CHECK(unmark(m) == 1, "and to the parent");
	munmap(m, LENGTH);
}

static int child_unmarks(void *memory)
{
	CHECK(unmark(memory) == 0, "intact");
	squeeze(memory);
	CHECK(check_count(memory, N, 7) == N, "the child keeps what it unmarked");
	return failures;
}

static void child_takes_it_back(void)
{
	char *m = check_memory(N, 7);

	mark(m);
	CHECK(check_in_child(child_unmarks, m) == 0, "in the child");
	munmap(m, LENGTH);
}

static int child_waits(void *memory)
{
	squeeze(memory);
	CHECK(check_count(memory, N, 7) == N, "a page that is not marked here is not taken");
	return failures;
}

/* The child exists before the parent marks @m. */
static void one_marks(char *m)
{
	int go[2], status;
	pid_t child;
	char byte;

	if (pipe(go) != 0)
		exit(99);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(99);
		_exit(child_waits(m));
	}
	CHECK(mark(m) == 0, "marked after the fork");
	squeeze(m);
	CHECK(unmark(m) == 0 && check_count(m, N, 7) == N, "not taken from the marker either");
	mark(m);
	if (write(go[1], "x", 1) != 1)
		exit(99);
	CHECK(waitpid(child, &status, 0) == child && status == 0, "nor from the other");
	CHECK(mark(m) == 0, "the other has ended: marked again");
	squeeze(m);
	CHECK(unmark(m) == 1, "now it can be taken");
	close(go[0]);
	close(go[1]);
}

static void vrange_8_only_one_marks(void)
{
	char *m = check_memory(N, 7);

	one_marks(m);
	/* Marked before the fork, but written since: that ended the volatility of its pages. The
	 * mapping is the older one, which is the first that reclaim looks at. */
	memset(m, 7, LENGTH);
	mark(m);
	memset(m, 7, LENGTH);
	one_marks(m);
	munmap(m, LENGTH);
}

static int child_has_lost(void *memory)
{
	return unmark(memory) == 1 ? 0 : 1;
}

static void both_hold_it_marked(void)
{
	char *m = check_memory(N, 7);
	struct check_held child;

	mark(m);
	child = check_hold_child(child_has_lost, m);
	pressure_reclaim();
	pressure_reclaim();
	pressure_reclaim();
	if (in_cgroup) {
		CHECK(check_let_go(child) == 0, "taken from the child");
		CHECK(unmark(m) == 1, "and from the parent");
	} else {
		check_let_go(child);
	}
	munmap(m, LENGTH);
}

static int child_writes_one(void *memory)
{
	char *m = memory;

	memset(m, 9, PAGE);
	squeeze(m);
	CHECK(check_byte(m) == 9, "what the child wrote is not volatile");
	CHECK(unmark(m) >= 0 && check_byte(m) == 9, "and stays");
	return failures;
}

/* The proposal: a page that was copied by a write "could be purged easily". */
static void copied_by_a_write(void)
{
	char *m = check_memory(N, 7);

	mark(m);
	CHECK(check_in_child(child_writes_one, m) == 0, "in the child");
	squeeze(m);
	CHECK(check_count(m, N, -1) == N && unmark(m) == 1, "the parent's pages can be taken");
	munmap(m, LENGTH);
}

static int child_keeps_it_volatile(void *memory)
{
	char *m = memory;
	int lost;

	squeeze(m);
	CHECK(check_count(m, N, 7) + check_count(m, N, -1) == N, "its data, or SIGBUS");
	lost = unmark(m);
	CHECK(lost == 1 || (lost == 0 && check_count(m, N, 7) == N), "intact, or reported");
	return failures;
}

/* The parent has marked non-volatile what the child still holds volatile. */
static void parent_takes_it_back(void)
{
	char *m = check_memory(N, 7);
	struct check_held child;

	mark(m);
	child = check_hold_child(child_keeps_it_volatile, m);
	CHECK(unmark(m) == 0, "intact");
	squeeze(m);
	CHECK(check_count(m, N, 7) == N, "the parent's pages are not taken");
	CHECK(check_let_go(child) == 0, "in the child");
	CHECK(check_count(m, N, 7) == N, "nor by the child's pressure");
	munmap(m, LENGTH);
}

static int child_reads_zeros(void *memory)
{
	CHECK(check_count(memory, N, 0) == N, "never written, and not lost in the child");
	CHECK(unmark(memory) == 0, "intact");
	return failures;
}

/* between shared mappings, so that it is not joined with memory that was written */
static void mark_7_never_written(void)
{
	char *around = mmap(NULL, 3 * LENGTH, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *m = mmap(around + LENGTH, LENGTH, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	mark(m);
	CHECK(check_in_child(child_reads_zeros, m) == 0, "in the child");
	munmap(around, 3 * LENGTH);
}

static int grandchild(void *memory)
{
	CHECK(check_in_child(child_sees_losses, memory) == 0, "in the child of the child");
	return failures;
}

static void over_two_forks(void)
{
	char *m = check_memory(N, 7);

	mark(m);
	squeeze(m);
	CHECK(check_in_child(grandchild, m) == 0, "in the child");
	munmap(m, LENGTH);
}

/* state.2 */
static void raw_fork(void)
{
	char *m = check_memory(N, 7);
	int status;
	long child;

	mark(m);
	fflush(stdout);
	child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0) {
		squeeze(m);
		/* zeros for what is lost, as documented, and so never "intact" */
		CHECK(unmark(m) == 1, "reported as lost in the child of a raw fork");
		memset(m, 3, LENGTH);
		mark(m);
		squeeze(m);
		CHECK(check_count(m, N, -1) == N && unmark(m) == 1, "and all is as usual again");
		fflush(stdout);
		_exit(failures);
	}
	CHECK(waitpid((pid_t)child, &status, 0) == child && status == 0, "in the child");
	munmap(m, LENGTH);
}

static int no_descriptors(void *memory)
{
	CHECK(unmark(memory) == 1, "no userfaultfd for the child: never a false intact");
	return failures;
}

static void child_without_descriptors(void)
{
	struct rlimit was, none;
	char *m = check_memory(N, 7);

	mark(m);
	getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	CHECK(check_in_child(no_descriptors, m) == 0, "in the child");
	setrlimit(RLIMIT_NOFILE, &was);
	CHECK(unmark(m) == 0, "the parent has its own");
	munmap(m, LENGTH);
}

int main(void)
{
	check_begin();
	check_needs_purge();
	in_cgroup = pressure_enter(64ul << 20) == NULL;
	lost_before();
	child_takes_it_back();
	vrange_8_only_one_marks();
	both_hold_it_marked();
	copied_by_a_write();
	parent_takes_it_back();
	mark_7_never_written();
	over_two_forks();
	raw_fork();
	child_without_descriptors();
	pressure_leave();
	return check_done();
}
