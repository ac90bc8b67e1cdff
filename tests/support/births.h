/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* births - births that are recorded of a pid, whichever process holds it; and an unrelated process
 * to hold one. */
#ifndef PE_TESTS_BIRTHS_H
#define PE_TESTS_BIRTHS_H

#include "host.h"

/* A birth of a pid; no process needs to hold it. */
static inline void born(struct pe_frame *p, struct pe_thread *t, int pid)
{
	struct pe_birth b = pe_birth_begin(p, t, PE_CALL_FORK);

	pe_birth_end(p, t, &b, pid);
}

/* Record that @pid was a child of this process and has been reaped. */
static inline void make_stale(pid_t pid)
{
	struct pe_known k;

	born(&frame, &thread, pid);
	k = pe_frame_know(&frame, (uint32_t)pid);
	ck_assert_int_eq(k.what, PE_KNOWN_LIVE);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_int_eq(known(pid), PE_KNOWN_RELEASED);
}

/* The exit status of a forked child that runs @check in its copy of the frame. */
static inline int in_forked_child(int (*check)(struct child), struct child c)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(check(c));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A living process that is not a child of this one: a child of a child. It ends when
 * `unrelated_leash` closes. */
static int unrelated_leash;

static inline pid_t unrelated(void)
{
	int report[2], leash[2];
	pid_t pid = 0, parent;
	char c;

	ck_assert_int_eq(pipe(report) + pipe(leash), 0);
	parent = fork();
	if (parent == 0) {
		close(leash[1]);
		pid = fork();
		if (pid > 0) {
			ck_assert_int_eq((int)write(report[1], &pid, sizeof(pid)), sizeof(pid));
			waitpid(pid, NULL, 0);
			_exit(0);
		}
		_exit(read(leash[0], &c, 1) != 0);
	}
	close(leash[0]);
	unrelated_leash = leash[1];
	ck_assert_int_eq((int)read(report[0], &pid, sizeof(pid)), sizeof(pid));
	return pid;
}

#endif
