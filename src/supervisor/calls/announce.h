/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * announce - messages between the library of a watched program and the supervisor (core/token.h).
 *
 *   a child's first signal ── address of "children may vanish" ──> process.vanish
 *   a wait that can reap, and is not the library's ──> process.bypassed; 1 to that address
 *
 * announce.1  The second of the two events sets the word, before its call is answered. So no call
 *             on a child has PE_TOKEN while a wait that bypasses the library is under way, except a
 *             call that has read the word already.
 * announce.2  The address comes from the program and is not trusted: it is only ever used to write
 *             to that program's own memory.
 * announce.3  An exec forgets the address; the new program announces its children itself. (If the
 *             exec fails, the old one announces the next child.)
 */
#ifndef PE_SUPERVISOR_CALLS_ANNOUNCE_H
#define PE_SUPERVISOR_CALLS_ANNOUNCE_H

#include "supervisor/worker/worker.h"

/* Has the library judged the call? */
bool pe_announce_is_judged(const struct pe_worker_call *c);

/* Handle a call that the library has judged. 0 or -EINPROGRESS (helper.h) */
long pe_announce_take(struct pe_worker_call *c);

/* Note the moment of a pid that is an argument of the next program of this process (token.8). */
void pe_announce_argument(const struct pe_worker_call *c);

/* A notified wait that can reap is about to be continued. 0 or -EINPROGRESS */
long pe_announce_wait(struct pe_worker_call *c, struct pe_child_table_process *p);

#endif
