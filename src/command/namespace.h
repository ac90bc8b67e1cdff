/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace - a pid namespace in which pids are reused soon, for the demonstration and for fuzz.
 *
 * namespace.1  Nothing outside changes: pids, mounts and limits are the namespace's own. The
 *              machine's pid_max is not written even where the kernel would permit it.
 * namespace.2  The first process is pid 1 of the namespace: when it ends, the kernel ends all
 *              processes in it.
 */
#ifndef PE_COMMAND_NAMESPACE_H
#define PE_COMMAND_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

enum pe_namespace_pids {
	PE_NAMESPACE_FEW,    /* pid_max is 400 here: pids are reused soon */
	PE_NAMESPACE_STEERED /* ns_last_pid sets the pid after which the kernel continues */
};

/* New user, pid and mount namespaces for the children of this process; @verb: for error lines. 0,
 * or the exit status after an error line. */
int pe_namespace_make(const char *verb);

/* In the first child: end it with its parent, and mount a /proc of its own. 0, or -1 after an error
 * line. */
int pe_namespace_enter(void);

/* The same, and prepare the reuse of pids. @old: as on a kernel without a pid_max of each
 * namespace. Returns an enum pe_namespace_pids, or -1 after an error line. */
int pe_namespace_settle(bool old);

/* Make @pid the next pid that is allocated here, if it is free. 0 or -errno. */
int pe_namespace_set_next(pid_t pid);

/* The pid that was allocated last, or 0: it cannot be read. */
pid_t pe_namespace_last(void);

/* Fork until the child gets @pid. Returns 0 in that child, 1 in the caller, -1 after an error
 * line. */
int pe_namespace_birth(enum pe_namespace_pids how, pid_t pid);

/* Use up pids until the first lap ends; in later laps the kernel skips the lowest pids. */
int pe_namespace_first_lap(enum pe_namespace_pids how);

#endif
