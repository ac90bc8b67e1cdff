/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify - seccomp user notification, as the kernel has it: the only file that talks to seccomp(2)
 * and its listener.
 *
 *   a watched thread ── system call ──> held by the kernel ── receive ──> judged ── answer ──> goes on
 *
 * notify.1  Results are >= 0 or -errno.
 * notify.2  A listener is asked for with "wait killable": a thread whose call has been received is
 *           not interrupted but by its own end, so that no call is made twice and none fails with
 *           EINTR. Such calls must therefore be answered at once.
 */
#ifndef PE_SUPERVISOR_NOTIFY_H
#define PE_SUPERVISOR_NOTIFY_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Put @filter over this thread and all that it starts. @killable: notify.2, since Linux 5.19. The
 * listener, close-on-exec; -EBUSY: there is one already; -EACCES: needs CAP_SYS_ADMIN or
 * no_new_privs. */
int pe_notify_install(const struct sock_fprog *filter, bool killable);

/* The answer wakes the caller on this CPU: half the price. -EINVAL: before Linux 6.6. */
int pe_notify_sync(int listener);

/* @n must be zeroed. -ENOENT: the caller was ended or interrupted meanwhile. */
int pe_notify_receive(int listener, struct seccomp_notif *n);

/* the call is made by the kernel as it stands */
int pe_notify_let(int listener, uint64_t id);

/* the call is not made; its result is @result, >= 0 or -errno */
int pe_notify_answer(int listener, uint64_t id, long result);

/* The call is not made; the caller gets a close-on-exec copy of @fd, whose pid is the result. 0, or
 * -errno: it is not answered yet. */
int pe_notify_give(int listener, uint64_t id, int fd);

/* Is the caller still held? What was read of it before is true then, its pids and memory too. */
bool pe_notify_holds(int listener, uint64_t id);

#endif
