/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mechanisms - the mechanisms that an older kernel, or a container, may lack. The library and the
 * command use one table: PIDEPOCH_FORCE_OLD names those that are not used, and `pidepoch doctor`
 * tries each (src/supervisor/kernel/probe.h).
 */
#ifndef PE_CORE_MECHANISMS_H
#define PE_CORE_MECHANISMS_H

#include "core/contract.h"

/* identifier; name in PIDEPOCH_FORCE_OLD and in JSON; description */
#define PE_MECHANISMS(X)                                                                           \
	X(PIDFD, "pidfd", "pidfds that can be waited for (Linux 5.4)")                             \
	X(INODE, "inode", "pidfds with an identity (pidfs, Linux 6.9)")                            \
	X(INFO, "info", "PIDFD_GET_INFO (Linux 6.13)")                                             \
	X(HANDLE, "handle", "groups found after their leader's reap (Linux 6.14)")                 \
	X(PIDFS, "pidfs", "FD_PIDFS_ROOT (Linux 6.17)")                                            \
	X(WIPE, "wipe", "memory that is wiped on fork")                                            \
	X(RSEQ, "rseq", "restartable sequences")                                                   \
	X(NOTIFY, "notify", "seccomp user notification")                                           \
	X(KILLABLE, "killable", "notified calls are not interrupted (Linux 5.19)")                 \
	X(SYNC, "sync", "synchronous wake-up of notified calls (Linux 6.6)")                       \
	X(ADMIN, "admin", "CAP_SYS_ADMIN: a filter without no_new_privs")                          \
	X(CHILDREN, "children", "/proc/PID/task/TID/children")                                     \
	X(BIRTHS, "births", "fork events of the proc connector")                                   \
	X(IO_URING, "io_uring", "io_uring")                                                        \
	X(USERNS, "userns", "user namespaces")                                                     \
	X(PID_MAX, "pid_max", "a namespace's own pid_max (Linux 6.14)")

#define PE_MECHANISM_ENUM(id, name, text) PE_MECHANISM_##id,
enum pe_mechanism { PE_MECHANISMS(PE_MECHANISM_ENUM) PE_MECHANISM_COUNT };
#undef PE_MECHANISM_ENUM

/* a set of mechanisms that are not used */
#define PE_OLD_BIT(id, name, text) PE_OLD_##id = 1 << PE_MECHANISM_##id,
enum pe_old { PE_MECHANISMS(PE_OLD_BIT) };
#undef PE_OLD_BIT

/* Parse the value of PIDEPOCH_FORCE_OLD: names with commas between them. @old: the set of those
 * that are known. false: the list has another name. */
bool pe_mechanisms_parse(const char *list, uint32_t *old);

#endif
