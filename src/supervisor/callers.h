/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * callers - the threads that called last, so that most calls cost one look at one that is known.
 *
 * callers.1  Who is known is known by descriptors of its own: while they answer, the pid is still
 *            that thread's, and what was read of it holds.
 * callers.2  Few descriptors, fewer where few are allowed, and none that keeps a pid namespace from
 *            ending: who comes from another one is not remembered.
 */
#ifndef PE_SUPERVISOR_CALLERS_H
#define PE_SUPERVISOR_CALLERS_H

#include "supervisor/peer.h"

#define PE_CALLERS 128

/* 0: @out is known; 1: it was read just now, so that the call must be looked at once more;
 * -errno */
int pe_callers_get(int tid, struct pe_peer **out);
void pe_callers_done(struct pe_peer *p);

/* The memory of the process that @tgid leads is about to be another: its other threads end with
 * it. */
void pe_callers_renew(int tgid);

#endif
