/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify - the system calls of seccomp user notification. No other file uses seccomp(2) or the
 * listener directly.
 *
 *   a watched thread ── system call ──> held by the kernel
 *                                       ── receive ──> judged ── answer ──> goes on
 *
 * notify.1  Results are >= 0 or -errno.
 * notify.2  The listener is created with SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: once a call has
 *           been received, only a fatal signal interrupts its thread. So no call is made twice and
 *           none fails with EINTR. Such calls must therefore be answered at once.
 */
#ifndef PE_SUPERVISOR_KERNEL_NOTIFY_H
#define PE_SUPERVISOR_KERNEL_NOTIFY_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Install @filter for this thread and its descendants. @killable: notify.2, since Linux 5.19. The
 * listener, close-on-exec; -EBUSY: there is one already; -EACCES: needs CAP_SYS_ADMIN or
 * no_new_privs. */
int pe_notify_install(const struct sock_fprog *filter, bool killable);

/* Let an answer wake the caller on this CPU, which halves the time. -EINVAL: before Linux 6.6. */
int pe_notify_sync(int listener);

/* @n must be zeroed. -ENOENT: the caller was ended or interrupted meanwhile. */
int pe_notify_receive(int listener, struct seccomp_notif *n);

/* Continue the call: the kernel makes it unchanged. */
int pe_notify_let(int listener, uint64_t id);

/* Answer the call without making it: its result is @result, >= 0 or -errno. */
int pe_notify_answer(int listener, uint64_t id, long result);

/* Answer the call with a close-on-exec copy of @fd in the caller; its number there is the result.
 * 0; -errno: the call is not answered yet. */
int pe_notify_give(int listener, uint64_t id, int fd);

/* Is the caller still held? Then what was read about it before is true, its pids and memory as
 * well. */
bool pe_notify_holds(int listener, uint64_t id);

#endif
