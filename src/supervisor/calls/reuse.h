/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reuse - of `pidepoch fuzz`: the pids that programs without the library release.
 *
 *   wait, held ── children that it may reap: expected ──> continued, and one of them is reaped
 *   next notified call ── an expected child is gone ──> offered to the canary server ──> served
 *
 * reuse.1  The end of a wait is not notified. So a pid is given away before the next notified call,
 *          whichever process makes it: in time for each use that the supervisor sees.
 * reuse.2  A pid gets its canary in a later tick of start times than that in which its process was
 *          born (fuzz_page.11).
 * reuse.3  The library's uses of a pid are not notified. If the pid is free, it asks before the
 *          use, by a notified call that fails (fuzz_page.13). So the canary server learns which
 *          process released the pid, and the stack of its wait (stack_waits.h).
 * reuse.4  A kill(-1) has been made when its thread makes another call, or has ended
 *          (fuzz_page.14).
 * reuse.5  Only pids of the supervisor's own namespace, and at most PE_REUSE_EXPECTED at a time.
 */
#ifndef PE_SUPERVISOR_CALLS_REUSE_H
#define PE_SUPERVISOR_CALLS_REUSE_H

#include "supervisor/worker/worker.h"

#define PE_REUSE_EXPECTED 128

/* A wait may reap this child of the caller. */
void pe_reuse_expect(const struct pe_worker_call *c, int ns_pid);

/* Before a call is served. */
void pe_reuse_begin(const struct pe_worker_call *c);

/* The caller is about to send @signal to all processes. */
void pe_reuse_to_all(const struct pe_worker_call *c, int signal);

/* Before a use of @ns_pid by any process: if an expected child had it, it is given away now. */
void pe_reuse_before_use(const struct pe_worker_call *c, int ns_pid);

/* The same for any child of the caller: nothing is known of its release (fuzz_page.8). */
void pe_reuse_offer(const struct pe_worker_call *c, int ns_pid);

/* Does a canary have this pid? */
bool pe_reuse_is_canary(const struct pe_worker_call *c, int ns_pid);

#endif
