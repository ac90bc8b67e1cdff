/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe - what this kernel and this container allow, found by trying it.
 *
 * probe.1  A mechanism is available if it was used with success just now; the kernel's version does
 *          not count. (One exception: pid_max is written only if the version has one for each
 *          namespace. On other kernels the write would change the machine's.)
 * probe.2  A mechanism is tried in a child that ends, so that the caller is not changed.
 * probe.3  A mechanism that PIDEPOCH_FORCE_OLD names is not available (-ENOSYS).
 */
#ifndef PE_SUPERVISOR_KERNEL_PROBE_H
#define PE_SUPERVISOR_KERNEL_PROBE_H

#include <stdbool.h>

/* name, in PIDEPOCH_FORCE_OLD and in JSON; what it is, for people */
#define PE_PROBES(X)                                                                               \
	X(PIDFD, "pidfd", "pidfds that can be waited for (Linux 5.4)")                             \
	X(INODE, "inode", "pidfds with an identity (pidfs, Linux 6.9)")                            \
	X(INFO, "info", "PIDFD_GET_INFO (Linux 6.13)")                                             \
	X(HANDLE, "handle", "groups found after their leader's reap (Linux 6.14)")                 \
	X(PIDFS, "pidfs", "FD_PIDFS_ROOT (Linux 6.17)")                                            \
	X(WIPE, "wipe", "memory that is wiped on fork")                                            \
	X(RSEQ, "rseq", "restartable sequences")                                                   \
	X(NOTIFY, "notify", "seccomp user notification")                                           \
	X(KILLABLE, "killable", "its callers wait undisturbed (Linux 5.19)")                       \
	X(SYNC, "sync", "its synchronous wake-up (Linux 6.6)")                                     \
	X(ADMIN, "admin", "CAP_SYS_ADMIN: a filter without no_new_privs")                          \
	X(CHILDREN, "children", "/proc/PID/task/TID/children")                                     \
	X(BIRTHS, "births", "the proc connector: births as they happen")                           \
	X(IO_URING, "io_uring", "io_uring")                                                        \
	X(USERNS, "userns", "user namespaces")                                                     \
	X(PID_MAX, "pid_max", "a namespace's own pid_max (Linux 6.14)")

#define PE_PROBE_ENUM(id, name, text) PE_PROBE_##id,
enum pe_probe { PE_PROBES(PE_PROBE_ENUM) PE_PROBE_COUNT };
#undef PE_PROBE_ENUM

const char *pe_probe_name(enum pe_probe what);
const char *pe_probe_text(enum pe_probe what);

/* 0: it works; -ENOSYS: not in this kernel, or disabled by PIDEPOCH_FORCE_OLD; another -errno: why
 * not */
int pe_probe_try(enum pe_probe what);

/* Does PIDEPOCH_FORCE_OLD name it? */
bool pe_probe_is_off(enum pe_probe what);

#endif
