/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace - for test programs: a pid namespace of their own, in which they choose the pids. Such
 * a test is not preloaded: it takes the kernel's part. The programs that it starts are preloaded.
 */
#ifndef TESTS_SUPPORT_NAMESPACE_H
#define TESTS_SUPPORT_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns in pid 1 of a new pid namespace (with its own /proc) and System V IPC namespace. The
 * calling process stays outside, and ends as pid 1 does. If no namespace can be created, it
 * prints why and exits with 77. When either process ends, all processes inside end. */
void namespace_enter(void);

/* The same for root, which can become another user in it: there is no user namespace. Returns
 * false if the caller is not root or has no right to do it. */
bool namespace_enter_as_root(void);

/*
 * As fork(), but the child has the pid @number. If a process, group or session holds it, it tries
 * again until the pid is free, for 10 seconds; then it returns -1 with EEXIST. libc does not know
 * of this fork: raise() and abort() in the child would signal the thread that it was copied from.
 */
pid_t namespace_fork(pid_t number);

/* Use up the pids below 300, which the kernel hands out only once. */
void namespace_use_up_pids(void);

#endif
