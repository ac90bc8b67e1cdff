/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace - the stacks at which pids were obtained and released, kept beside the slots.
 *
 *   marks, by slot                      index (hash)          stacks, each kept once
 *   +------------------+--------------+    +---+    +-------+-------------------+
 *   | born stack, tid  | released ... | -> | . | -> | depth | frames, 16 at most|
 *   +------------------+--------------+    +---+    +-------+-------------------+
 *
 * trace.1  One mapping, made with the frame. Without it stacks are off, and a birth or a reap makes
 *          one test.
 * trace.2  Bounded: PE_TRACE_STACKS different stacks, marks for slots up to PE_TRACE_MARKS. More is
 *          not kept; a mark without a stack has 0.
 * trace.3  A stack can be found only when it is complete. It is never changed or freed. Any thread
 *          and any handler may add one.
 * trace.4  A mark is written while no other thread can use the slot: before attach, or under
 *          REAPING.
 * trace.5  A stack that is stored already is found without a write, because after a fork each
 *          written page is copied.
 * trace.6  A child that is reaped before its birth is recorded has no slot to mark. Its reap is
 *          noted apart, under the frame's lock, for the thread that records the birth. The last
 *          PE_TRACE_EARLY_REAPS are kept.
 */
#ifndef PE_CORE_STACK_TRACE_H
#define PE_CORE_STACK_TRACE_H

#include "core/contract.h"
#include "core/stack/unwind.h"

#define PE_TRACE_DEPTH	     16u
#define PE_TRACE_STACKS	     2048u
#define PE_TRACE_MARKS	     16384u
#define PE_TRACE_INDEX	     (2 * PE_TRACE_STACKS)
#define PE_TRACE_EARLY_REAPS 16u

struct pe_trace_stack {
	uint32_t depth;
	uint32_t hash;
	uint64_t frame[PE_TRACE_DEPTH];
};

struct pe_trace_mark {
	_Atomic uint32_t stack; /* 0: none */
	_Atomic uint32_t tid;
};

/* the reap of a pid that had no slot yet */
struct pe_trace_early_reap {
	uint32_t pid, stack, tid;
	uint32_t early_reaps; /* of the frame, before it */
	uint8_t by;	      /* enum pe_call */
	bool any;	      /* a wait for any child */
};

struct pe_trace {
	struct pe_unwind unwind;
	_Atomic uint64_t modules; /* the set that has been written last, 0: none */
	_Atomic uint32_t used;
	uint32_t early_reaps; /* how many were noted */
	struct pe_trace_early_reap early_reap[PE_TRACE_EARLY_REAPS];
	struct pe_unwind_cache cache;
	_Atomic uint32_t index[PE_TRACE_INDEX];
	struct {
		struct pe_trace_mark born, released;
	} mark[PE_TRACE_MARKS];
	struct pe_trace_stack stack[PE_TRACE_STACKS];
};

/* NULL: no memory */
struct pe_trace *pe_trace_make(const struct pe_unwind *u);

/* Store the caller's stack. Returns its name, or 0. */
uint32_t pe_trace_take(struct pe_trace *t);

/* NULL for 0, and for a value that names no stack */
const struct pe_trace_stack *pe_trace_stack(const struct pe_trace *t, uint32_t name);

void pe_trace_mark_born(struct pe_trace *t, uint32_t slot, uint32_t stack, uint32_t tid);
/* Under the frame's lock. take: removes the note; false: no note @since that count. */
void pe_trace_note_early_reap(struct pe_trace *t, const struct pe_trace_early_reap *s);
bool pe_trace_take_early_reap(struct pe_trace *t, uint32_t pid, uint32_t since,
			      struct pe_trace_early_reap *s);

void pe_trace_mark_released(struct pe_trace *t, uint32_t slot, uint32_t stack, uint32_t tid);

#endif
