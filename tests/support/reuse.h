/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reuse - reuse of chosen pids, in a pid namespace of the test's own. */
#ifndef PE_TESTS_REUSE_H
#define PE_TESTS_REUSE_H

#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>

#include "core/engine/birth.h"
#include "host.h"

/* A child of the caller's with just this pid. */
static inline pid_t fork_as(pid_t number)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	ck_assert_int_ge(pid, 0);
	return pid;
}

static inline pid_t recorded_child_as(pid_t number)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_CLONE);
	pid_t pid = fork_as(number);

	while (pid == 0)
		pause();
	pe_birth_end(&frame, &thread, &b, pid);
	return pid;
}

/* @pid becomes a child's of a helper, and so an unrelated process to the caller. Its end is the
 * helper's: `unrelated_ends()`. */
struct unrelated {
	pid_t pid, helper;
	int leash;
};

static inline struct unrelated unrelated_as(pid_t pid)
{
	struct unrelated s = { .pid = pid };
	int leash[2], ready[2];
	char c;

	ck_assert_int_eq(pipe(leash) + pipe(ready), 0);
	s.helper = fork();
	ck_assert_int_ge(s.helper, 0);
	if (s.helper == 0) {
		close(leash[1]);
		if (fork_as(pid) == 0)
			_exit(write(ready[1], "", 1) != 1 || read(leash[0], &c, 1) != 0);
		_exit(waitpid(pid, NULL, 0) != pid);
	}
	close(leash[0]);
	ck_assert_int_eq((int)read(ready[0], &c, 1), 1);
	s.leash = leash[1];
	return s;
}

static inline void unrelated_ends(const struct unrelated *s)
{
	close(s->leash);
	ck_assert_int_eq(waitpid(s->helper, NULL, 0), s->helper);
}

/* Can a pid be chosen? Not before Linux 5.5, and not where clone3 is blocked. */
static inline bool numbers_come_at_will(void)
{
	pid_t number = 400;
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

#define LEFT_OUT 77

/* Run @scenario as the first process of a pid namespace. Returns its wait status; also 0 if it has
 * to be left out. */
static inline int in_own_namespace(void (*scenario)(void))
{
	int status;
	pid_t first;

	if (unshare(CLONE_NEWPID | (geteuid() ? CLONE_NEWUSER : 0)) != 0) {
		fprintf(stderr, "left out: no pid namespace can be created, so no pid is reused\n");
		return 0;
	}
	first = fork();
	if (first == 0) {
		if (!numbers_come_at_will())
			_exit(LEFT_OUT);
		enter_frame();
		scenario();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(first, &status, 0), first);
	if (WIFEXITED(status) && WEXITSTATUS(status) == LEFT_OUT) {
		fprintf(stderr, "left out: clone3 accepts no set_tid here, so no pid is reused\n");
		return 0;
	}
	return status;
}

#endif
