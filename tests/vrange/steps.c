/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: a process that is killed at any instruction of a mark, an unmark or a purge of a
 * file leaves a ledger that another process can go on with, and no loss that is not reported.
 * vrange.11, shared.1, shared.2.
 *
 * Each call is made once to its end, to count its instructions and its system calls. Then it is
 * killed at KILLS of the instructions, and before and after each system call: between the hole and
 * the record of it, for one.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/ptrace.h>

#include <vrange.h>

#include "check.h"

#define N      8
#define LENGTH (N * PAGE)
#define KILLS  25

static int fd;
static char *map;

static int change(int mode)
{
	return fvrange(fd, 0, LENGTH, mode, VRANGE_PARTIAL);
}

static void mark(void)
{
	change(VRANGE_VOLATILE);
}

static void unmark(void)
{
	change(VRANGE_NONVOLATILE);
}

static void purge(void)
{
	vrange_trim(LENGTH);
}

/* A stopped child that makes @call when it goes on. */
static pid_t start(void (*call)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		call();
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		check_skip("a child cannot be traced here");
	return child;
}

/* Up to @most steps: PTRACE_SINGLESTEP, or PTRACE_SYSCALL. How many there were. The child is gone
 * then. */
static long step(pid_t child, int how, long most)
{
	long steps = 0;
	int status = 0;

	while (steps < most) {
		if (ptrace(how, child, 0, 0) != 0 || waitpid(child, &status, 0) != child ||
		    !WIFSTOPPED(status))
			return steps;
		steps++;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return steps;
}

static void is_consistent(long at)
{
	const int lost = change(VRANGE_NONVOLATILE);
	const bool whole = check_count(map, N, 7) == N;

	if (lost < 0 || (lost == 0 && !whole))
		printf("killed after %ld steps\n", at);
	CHECK(lost >= 0, "the ledger can be used");
	CHECK(lost == 1 || whole, "what is not whole is reported");
	memset(map, 7, LENGTH);
}

static void killed_at(void (*call)(void), bool is_marked, int how, long at)
{
	if (is_marked)
		mark();
	step(start(call), how, at);
	is_consistent(at);
}

static long count_steps(void (*call)(void), bool is_marked, int how)
{
	long all;

	if (is_marked)
		mark();
	all = step(start(call), how, INT32_MAX);
	is_consistent(all);
	return all;
}

static void killed_in(void (*call)(void), bool is_marked)
{
	const long instructions = count_steps(call, is_marked, PTRACE_SINGLESTEP),
		   calls = count_steps(call, is_marked, PTRACE_SYSCALL);

	CHECK(instructions > 100 && calls > 4, "there were steps");
	for (long i = 1; i <= KILLS; i++)
		killed_at(call, is_marked, PTRACE_SINGLESTEP,
			  instructions * i / (KILLS + 1) + i % 7);
	for (long i = 1; i < calls; i++)
		killed_at(call, is_marked, PTRACE_SYSCALL, i);
}

int main(int argc, char **argv)
{
	(void)argv;
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 1)
		return check_own_ledger(NULL);
	fd = memfd_create("steps", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, LENGTH) != 0)
		return 99;
	map = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(map, 7, LENGTH);
	/* the ledger is there, and the descriptor is known, when the children begin */
	CHECK(change(VRANGE_VOLATILE) == 0 && change(VRANGE_NONVOLATILE) == 0, "a first mark");
	killed_in(mark, false);
	killed_in(unmark, true);
	killed_in(purge, true);
	check_remove_ledger();
	return check_done();
}
