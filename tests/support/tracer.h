/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the assembly code need of ptrace: where a stopped child is, and how it
 * continues. */
#ifndef PE_TESTS_TRACER_H
#define PE_TESTS_TRACER_H

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define tracer_pc(regs) ((regs).rip)
#else
#define tracer_pc(regs) ((regs).pc)
#endif

static inline struct user_regs_struct tracer_regs(pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec io = { .iov_base = &regs, .iov_len = sizeof(regs) };

	ck_assert_int_eq(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io), 0);
	return regs;
}

static inline uintptr_t tracer_where(pid_t pid)
{
	return (uintptr_t)tracer_pc(tracer_regs(pid));
}

static inline void tracer_move(pid_t pid, uintptr_t to)
{
	struct user_regs_struct regs = tracer_regs(pid);
	struct iovec io = { .iov_base = &regs, .iov_len = sizeof(regs) };

	tracer_pc(regs) = to;
	ck_assert_int_eq(ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io), 0);
}

/* Go on until the next stop or the end. Returns the wait status. */
static inline int tracer_go(int how, pid_t pid, int sig)
{
	int status;

	ck_assert_int_eq(ptrace(how, pid, NULL, (void *)(intptr_t)sig), 0);
	ck_assert_int_eq(waitpid(pid, &status, __WALL), pid);
	return status;
}

/* One instruction. */
static inline void tracer_step(pid_t pid)
{
	int status = tracer_go(PTRACE_SINGLESTEP, pid, 0);

	ck_assert_msg(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP, "status %#x", status);
}

/* A child that requests to be traced, stops, and then runs @what, whose result is the exit
 * status. */
static inline pid_t tracer_child(int (*what)(void))
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		raise(SIGSTOP);
		_exit(what());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSTOPPED(status), "the child could not be traced: status %#x", status);
	return pid;
}

/* To the first instruction of @function. */
static inline void tracer_reach(pid_t pid, uintptr_t function)
{
	for (int steps = 0; tracer_where(pid) != function; steps++) {
		ck_assert_int_lt(steps, 100000);
		tracer_step(pid);
	}
}

/* Returns false if this machine forbids ptrace, and prints so on stderr. */
static inline bool tracer_allowed(const char *what)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		return true;
	fprintf(stderr, "skipped: %s: ptrace is not permitted here\n", what);
	return false;
}

#endif
