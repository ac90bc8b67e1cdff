/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace - for test programs: a pid namespace of their own, in which they say who gets which
 * number.
 *
 * Such a test is not preloaded: it plays the kernel's part, and what is preloaded are the programs
 * that it starts.
 */
#ifndef TESTS_SUPPORT_NAMESPACE_H
#define TESTS_SUPPORT_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns in pid 1 of a new namespace of pids (with its own /proc) and System V ids. The calling
 * process stays outside, and ends as that one does; where no namespace is to be had, it says why
 * and ends with 77. Everybody inside goes with either of them. */
void namespace_enter(void);

/* The same for root, which can become another user in it: there is no user namespace. false: it is
 * not root, or may not. */
bool namespace_enter_as_root(void);

/*
 * As fork(), but the child's number is @number. If somebody has it, or a group or session that
 * lives on, it asks again until it is free, for 10 seconds; then -1 with EEXIST. The child is one
 * that libc has not been told of: raise() and abort() would signal the thread that it was copied
 * from.
 */
pid_t namespace_fork(pid_t number);

#endif
