/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slot - one process instance that is a child of this process, from attach to bury.
 *
 *            attach          close (+1 each)            bury            last closer leaves
 *   FREE ----------> OPEN <------------------> CLOSED ------> DEAD ------------------> FREE
 *   (DEAD)                  leave (unreaped)   1.. closers,   (+ closers)
 *                                              REAPING?
 *
 *   word: 63 DEAD | 62 REAPING | 61..48 closers | 47..22 generation | 21..0 pid
 *                                                 '------- instance -------'
 *
 * slot.1  A call on the pid is made only under a hold (hold.h) that was published before the slot
 *         was seen open and with that pid.
 * slot.2  A slot is closed only after an exit of its process instance was seen and not consumed, or
 *         its end was proven. So a call that finds the slot closed knows that the process is a
 *         zombie or gone. Close takes the instance (generation and pid) that it is for: a slot that
 *         was freed and attached again meanwhile is left alone. (Exception: a call that can get no
 *         hold closes the slot, is made under REAPING, and opens it again.)
 * slot.3  Between close and reap, every hold of another thread is waited for, once. No new hold can
 *         come.
 * slot.4  One closer at a time has REAPING. It keeps all signals masked and never blocks meanwhile.
 *         While REAPING is held and DEAD is not set, the zombie keeps its pid: the reap takes this
 *         process instance.
 * slot.5  DEAD is set after the tree's entries have been marked expired.
 * slot.6  A slot is free when it is DEAD and has no closer. The closer that makes it so frees it.
 * slot.7  The history is written before the release store of attach, or by the holder of REAPING. A
 *         freed slot keeps its history until it is attached again; notices read it.
 */
#ifndef PE_CORE_MEMORY_SLOT_H
#define PE_CORE_MEMORY_SLOT_H

#include "core/contract.h"

#define PE_SLOT_DEAD		   (UINT64_C(1) << 63)
#define PE_SLOT_REAPING		   (UINT64_C(1) << 62)
#define PE_SLOT_CLOSER		   (UINT64_C(1) << 48)
#define PE_SLOT_GENERATION_AND_PID (PE_SLOT_CLOSER - 1)
#define PE_SLOT_PID		   ((UINT64_C(1) << 22) - 1)

struct pe_slot {
	_Atomic uint64_t word;
	_Atomic uint64_t birth;	   /* lap in which the pid was allocated */
	_Atomic uint32_t born;	   /* ms of CLOCK_BOOTTIME */
	_Atomic uint32_t released; /* the same; 0: not yet */
	_Atomic uint8_t born_by;   /* enum pe_call */
	_Atomic uint8_t released_by;
	_Atomic bool released_any; /* by a wait for any child, not for this one */
	_Atomic bool announced;	   /* to a supervisor (token.h) */
	uint32_t link;		   /* the arena's */
};

static inline uint64_t pe_slot_word(const struct pe_slot *s)
{
	return atomic_load_explicit(&s->word, memory_order_acquire);
}

static inline uint32_t pe_slot_pid(const struct pe_slot *s)
{
	return (uint32_t)(pe_slot_word(s) & PE_SLOT_PID);
}

/* Under a published hold. 0: the call may be made; -EBUSY: a zombie about to be reaped; -ESRCH:
 * dead, or the slot of another pid. */
static inline int pe_slot_check(const struct pe_slot *s, uint32_t pid)
{
	/* seq_cst: after the seq_cst publication of the hold, against close's RMW and its scan
	 * (slot.1, slot.3) */
	uint64_t word = atomic_load_explicit(&s->word, memory_order_seq_cst);

	if ((word & PE_SLOT_PID) != pid || (word & PE_SLOT_DEAD))
		return -ESRCH;
	return likely(word < PE_SLOT_CLOSER) ? 0 : -EBUSY;
}

/* For a slot from pe_arena_alloc(): write the history, then open it for @pid. Returns the
 * instance. */
void pe_slot_prepare(struct pe_slot *s, uint64_t birth, uint32_t ms, uint8_t by);
uint64_t pe_slot_attach(struct pe_slot *s, uint32_t pid);

void pe_slot_abandon(struct pe_slot *s); /* attached, but not in the tree: DEAD again */

/* 0, or -ESRCH: that instance has ended */
int pe_slot_close(struct pe_slot *s, uint64_t instance);

/* The caller has closed the slot and masked all signals. 0: REAPING is the caller's; -EBUSY:
 * another closer has it; -ESRCH: dead already. */
int pe_slot_begin_reap(struct pe_slot *s);
void pe_slot_cancel_reap(struct pe_slot *s); /* nothing was reaped */
void pe_slot_bury(struct pe_slot *s, uint32_t ms,
		  uint8_t by); /* it was: sets DEAD, clears REAPING */

/* The closer leaves. true: the slot is free, and the caller returns it to the arena. */
bool pe_slot_leave(struct pe_slot *s);

#endif
