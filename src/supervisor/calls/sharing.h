/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sharing - with `--waits=share`: the statuses of programs without the library (S17).
 *
 *   wait(-1) ──> its children are recorded ──> continued, reaps q ──> q's status, by its pidfd
 *   waitpid(q) later ──> no child, but recorded: the status, once
 *
 * sharing.1  A process with one thread makes one wait after the other, so no wait is held. What was
 *            reaped since the last one was reaped by it.
 * sharing.2  With several threads the kernel would decide which of two waits gets an end. So a wait
 *            that would block is held, and of those of one process only one at a time is continued,
 *            when a child has ended: a wait for just this child first, a wait for any child
 *            otherwise. So it is known which wait took the child, and a child that is born and ends
 *            meanwhile is a zombie until a wait of its own comes.
 * sharing.3  The next wait is continued when the one before is over: its child was reaped, its
 *            thread makes another notified call, sleeps in another call or has used some time. If
 *            it blocks after all, the others go on.
 * sharing.4  A child that is born after the children were recorded, and ends before the wait for
 *            any child is made, would be lost. So that wait is put off while another thread may be
 *            about to fork, for at most 20 ms of processor time of the process.
 * sharing.5  Not held: a wait for a group, one with other flags than WNOHANG, WEXITED and WNOWAIT,
 *            or of a thread with a tracer; one for a process that is no child (a tracee); one for
 *            any child, if one of them has no record (shared_children.3).
 * sharing.6  Programs with the library are excluded: it shares the statuses of its own waits
 *            (core/engine/share.h), which are not all notified.
 * sharing.7  A status is written by a helper, as any result. Of the usage nothing is known: it is
 *            0.
 */
#ifndef PE_SUPERVISOR_CALLS_SHARING_H
#define PE_SUPERVISOR_CALLS_SHARING_H

#include "supervisor/worker/worker.h"

/* The wait @c, also one that only looks, for @ns_pid (<= 0: for any child or a group).
 * PE_WORKER_CONTINUE; its result; or -EINPROGRESS: it is held, or a helper is at work. */
long pe_sharing_serve(struct pe_worker_call *c, int ns_pid);

/* --- for the worker's loop --- */

/* Is anything to be waited for? Then poll pe_sharing_fd() (-1: nothing) for POLLIN, and call
 * pe_sharing_next() after pe_sharing_timeout() ms (-1: never) at the latest. */
bool pe_sharing_any(void);
int pe_sharing_fd(void);
int pe_sharing_timeout(void);
/* The place of a wait that is to be served again; -1: none. */
int pe_sharing_next(const struct pe_worker *s);
/* The call at @place has ended. */
void pe_sharing_forget(int place);
/* Before the worker ends or becomes a monitor. */
void pe_sharing_end(void);

#endif
