/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify_filter - which system calls of a watched program are notified to the supervisor.
 *
 *   call                                             notified
 *   ------------------------------------------------
 *   kill of a process, a group, all                  without the library's token (core/token.h)
 *   tkill, *queueinfo, pidfd_open                    without the token
 *   tgkill                                           without the token; not SIGCANCEL, SIGSETXID
 *   kill of all processes, by SIGKILL or SIGSTOP     always
 *   wait4, waitpid, waitid that can reap             without the token
 *   waitid of one child that only looks (WNOWAIT)    the same, and only if statuses are shared
 *   execve, execveat                                 without the token
 *   prctl: options of pidepoch.h, child subreaper    always
 *   landlock_restrict_self                           always
 *   PIDEPOCH_NR_*, VRANGE_NR_*                       always; on this CPU's own machine only
 *   getpgid, getsid, calls that open or test a file  with `probes`, as `pidepoch fuzz` may want it
 *   any other                                        never; decided by nr alone, so the kernel
 *                                                    caches it
 *
 * notify_filter.1  The filter itself refuses no call.
 * notify_filter.2  Each machine whose programs the kernel can run (x86-64, i386, x32; aarch64, arm)
 *                  has its own system call numbers, and the same calls are notified. Only the
 *                  native machine has the token.
 * notify_filter.3  Forks and new threads are not notified: a child is found at the wait that can
 *                  reap it (child_table.h).
 * notify_filter.4  SIGCANCEL and SIGSETXID are libc's own signals to threads of the calling
 *                  process. libc loses a cancellation or a change of user if sending one fails with
 *                  EINTR.
 */
#ifndef PE_SUPERVISOR_KERNEL_NOTIFY_FILTER_H
#define PE_SUPERVISOR_KERNEL_NOTIFY_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>

enum pe_notify_filter_call {
	PE_NOTIFY_FILTER_NONE,
	PE_NOTIFY_FILTER_KILL,
	PE_NOTIFY_FILTER_TKILL,
	PE_NOTIFY_FILTER_TGKILL,
	PE_NOTIFY_FILTER_QUEUE,	  /* rt_sigqueueinfo */
	PE_NOTIFY_FILTER_TGQUEUE, /* rt_tgsigqueueinfo */
	PE_NOTIFY_FILTER_PIDFD,
	PE_NOTIFY_FILTER_WAIT, /* wait4, waitpid */
	PE_NOTIFY_FILTER_WAITID,
	PE_NOTIFY_FILTER_EXEC,
	PE_NOTIFY_FILTER_PRCTL,
	PE_NOTIFY_FILTER_LANDLOCK, /* landlock_restrict_self */
	PE_NOTIFY_FILTER_EMULATED, /* an nr that no kernel has */
	PE_NOTIFY_FILTER_GETPGID,
	PE_NOTIFY_FILTER_GETSID,
	PE_NOTIFY_FILTER_PATH,	  /* opens or tests the file of its first argument */
	PE_NOTIFY_FILTER_PATH_AT, /* the same, of its second argument */
};

#define PE_NOTIFY_FILTER_LENGTH 1024

/* Write the program to @room, which has PE_NOTIFY_FILTER_LENGTH instructions, and have @out refer
 * to it. @probes: see above. @share: statuses are shared (calls/sharing.h). 0 or -errno. */
int pe_notify_filter_make(struct sock_filter *room, struct sock_fprog *out, bool probes,
			  bool share);

/* The kind of a notified call. */
enum pe_notify_filter_call pe_notify_filter_decode(const struct seccomp_data *data);

#endif
