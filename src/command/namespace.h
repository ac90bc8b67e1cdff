/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace - a small world of process pids, for the demonstration and for fuzz.
 *
 * namespace.1  Nothing outside changes: pids, mounts and limits are the namespace's own. The
 *              machine's pid_max is not written even where a kernel would let us.
 * namespace.2  The first process of the world is its pid 1: when it ends, everything in the world
 *              ends.
 */
#ifndef PE_COMMAND_NAMESPACE_H
#define PE_COMMAND_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

enum pe_namespace_pids {
	PE_NAMESPACE_FEW,    /* pid_max is 400 here: pids come round by themselves */
	PE_NAMESPACE_STEERED /* ns_last_pid tells the kernel after which pid to go on */
};

/* New user, pid and mount namespaces for the children of this process, for @verb. 0, or the status
 * after an error line. */
int pe_namespace_make(const char *verb);

/* In the first child: it ends with its parent, and has a /proc of its own. 0, or -1 after an error
 * line. */
int pe_namespace_enter(void);

/* The same, and the pids. @old: do as on a kernel without a pid_max for each namespace.
 * A pe_namespace_pids, or -1 after an error line. */
int pe_namespace_settle(bool old);

/* Fork until the kernel hands out @pid: 0 in that process, 1 in the caller, -1 after an error
 * line. */
int pe_namespace_birth(enum pe_namespace_pids how, pid_t pid);

/* use up pids until the kernel has begun again at the bottom, where it leaves some out for good */
int pe_namespace_first_lap(enum pe_namespace_pids how);

#endif
