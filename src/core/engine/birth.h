/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * birth - a child enters the tree: around each call that makes a process.
 *
 *   begin: read the clock and the count of early reaps
 *   fork returns q ─> end ─> [lock, signals masked] lap of q, new epoch?, slot, tree.store
 *                       └─> early reaps counted meanwhile? ask the kernel: is q still our child?
 *
 * birth.1  A birth is recorded before its call returns; a child that was reaped first is released
 *          at once (early reaps).
 * birth.2  No memory: the pid is marked relearned, or stays unknown. It is then not protected, and
 *          never refused. The program is told so once.
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

/* around whatever makes a child. end: @child <= 0 when none was made. Both keep errno. */
struct pe_birth pe_birth_begin(struct pe_frame *p, struct pe_thread *t, enum pe_call by);
void pe_birth_end(struct pe_frame *p, struct pe_thread *t, const struct pe_birth *b, int child);

/* A child of ours that came to be by a way that was not seen (the kernel says so) gets a slot like
 * any other. false: there is no memory for one; the pid is fresh all the same. */
bool pe_birth_adopt(struct pe_frame *p, struct pe_thread *t, int child);

/* a record for this thread's holds, if there is memory for one */
void pe_birth_enroll(struct pe_frame *p, struct pe_thread *t);

#endif
