/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group_kill - kill(-q): a signal to the group that process q leads or led.
 *
 *   q never was a child of the caller, or is the caller's own group ──> continued
 *   q was one: which process has pid q now?
 *     a child of the caller ──────────────> continued: the leader is unreaped
 *     another process ────────────────────> stale: a pid is not allocated while its group exists
 *     none, and no group has it ──────────> stale, and latent
 *     none, and a group has it ───────────> by the leader's note (group_note.h): continued, or
 *                                           stale; without one not proven: continued, and
 *                                           reported by `warn`
 *
 * group_kill.1  No signal is sent in the caller's place: the kernel decides about the call (S18).
 * group_kill.2  A call is refused only if the group that the child led is proven to be gone.
 */
#ifndef PE_SUPERVISOR_CALLS_GROUP_KILL_H
#define PE_SUPERVISOR_CALLS_GROUP_KILL_H

#include "supervisor/worker/worker.h"

/* A kill whose pid is below -1. A result, or PE_WORKER_CONTINUE. */
long pe_group_kill_serve(struct pe_worker_call *c);

#endif
