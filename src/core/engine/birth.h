/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * birth - record a new child in the tree, around each call that creates a process.
 *
 *   begin: read the clock and the count of early reaps
 *   fork returns q ─> end ─> [lock, signals masked] lap of q, new epoch?, slot, tree.store
 *                       └─> early reaps counted meanwhile? ask the kernel: is q still a child?
 *
 * birth.1  A birth is recorded before its call returns; a child that was reaped first is released
 *          at once (early reaps).
 * birth.2  Without memory for a slot, the pid is marked relearned or stays unknown. The child is
 *          then not protected, and its pid is never refused. A notice reports this once.
 * birth.3  A child whose creation was not seen is later than every tag that was handed out for its
 *          pid, unless a reference was taken to this very process before it became a child (an
 *          orphan that a subreaper adopts). Then its birth is that reference's (foreign.1).
 * birth.4  A tracee that is another process's child gets no slot: its parent reaps it, and no hold
 *          of this process keeps its pid.
 * birth.5  Another thread may adopt a child before its fork returns, and take references to it.
 *          Then that slot stays. It is this child's if it is not older than the process; the slot
 *          of an older instance, whose end was not seen, is released and replaced.
 */
#ifndef PE_CORE_ENGINE_BIRTH_H
#define PE_CORE_ENGINE_BIRTH_H

#include "core/call.h"
#include "core/contract.h"
#include "core/frame/frame.h"

struct pe_birth {
	pe_clock_time before;
	uint32_t early_reaps;
	bool engaged;
	bool unwiped; /* the child must call pe_frame_forked() */
	enum pe_call by;
};

/* Call these around each call that creates a child. end: @child <= 0 if none was created. Both keep
 * errno. */
struct pe_birth pe_birth_begin(struct pe_frame *p, struct pe_thread *t, enum pe_call by);
void pe_birth_end(struct pe_frame *p, struct pe_thread *t, const struct pe_birth *b, int child);

/* Give a slot to a child of this process whose creation was not seen; the kernel has confirmed that
 * it is a child. false: it has none (birth.4), or there is no memory for a slot; the pid is fresh
 * all the same. */
bool pe_birth_adopt(struct pe_frame *p, struct pe_thread *t, int child);

/* The same for the process of the pidfd @fd, which is proven to have been born in the lap @birth or
 * before. */
bool pe_birth_adopt_as(struct pe_frame *p, struct pe_thread *t, int child, int fd, uint64_t birth);

/* Give this thread a record for its holds, if there is memory for one. */
void pe_birth_enroll(struct pe_frame *p, struct pe_thread *t);

#endif
