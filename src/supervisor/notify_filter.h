/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify_filter - which system calls of a watched program are shown to the supervisor.
 *
 *   arch ── not ours ──────────────────────────────────────────────> allow
 *    └ pid ── kill(q > 0), tkill, tgkill, *queueinfo, pidfd_open ─> show
 *                └ made in the postern (core/engine/postern.h) ───────────> allow
 *             ── kill(-q), without the library's token ──────────────> show
 *             ── kill(-1) with a signal that cannot be ignored ──────> show
 *             ── wait4, waitpid, waitid that may reap ───────────────> show
 *                └ with the library's token (core/token.h) ─────────> allow
 *             ── landlock_restrict_self ────────────────────────────────> show
 *             ── execve, execveat ───────────────────────────────────> show
 *             ── prctl with an option of pidepoch.h, or subreaper ───> show
 *             ── PIDEPOCH_NR_* (this CPU's own machine only) ────────> show
 *             ── anything else: births, threads, looks ──────────────> allow, by pid alone (the kernel caches that)
 *
 * notify_filter.1  Nothing is ever refused by the filter itself.
 * notify_filter.2  A machine that the kernel can also run (i386, x32) has its own numbers, and is
 *                  shown alike.
 * notify_filter.3  Births are not shown: a child is found at the wait that can reap it (book.h), so
 *                  fork and pthread_create cost nothing.
 */
#ifndef PE_SUPERVISOR_NOTIFY_FILTER_H
#define PE_SUPERVISOR_NOTIFY_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>

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
	PE_NOTIFY_FILTER_EMULATED, /* a pid that no kernel has */
};

#define PE_NOTIFY_FILTER_LENGTH 160

/* @room: PE_NOTIFY_FILTER_LENGTH of them, which @out then speaks of */
void pe_notify_filter_make(struct sock_filter *room, struct sock_fprog *out);

/* what a shown call is */
enum pe_notify_filter_call pe_notify_filter_decode(const struct seccomp_data *data);

#endif
