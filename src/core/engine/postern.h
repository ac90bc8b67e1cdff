/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * postern - a copy of the gate at an address that a supervisor's filter knows, and lets calls
 * through without showing them.
 *
 *   PE_POSTERN_AT                +PE_GATE_SIZE          +PE_POSTERN_BOARD
 *   +----------------------------+---- ... ------------+-------------------------------+
 *   | the gate's code            |                     | magic, word, from, to         |   one page, read and execute
 *   +----------------------------+---- ... ------------+-------------------------------+
 *                                                               '──> the frame's word: counting, closed, OPEN, BARRED
 *
 * postern.1  Only calls on a slot that is open, and held, go this way: what the library does not
 *            know for its child is shown.
 * postern.2  It is put up after PE_POSTERN_PATIENCE such calls: who signals seldom has no page
 *            more. Where the address is taken, or the mapping or the supervisor's consent is not to
 *            be had, nothing is left of it, and calls go on by the library's own gate.
 * postern.3  It is the supervisor that opens it, by writing the word, when it is asked (a wait for
 *            oneself, made here); and that bars it for good before it answers the first reaping
 *            wait that was made past the library.
 * postern.4  A forked child inherits it as it stands; an exec leaves nothing.
 * postern.5  The first signal to each child is shown all the same: so a supervisor knows it for
 *            one, however it is reaped.
 */
#ifndef PE_CORE_ENGINE_POSTERN_H
#define PE_CORE_ENGINE_POSTERN_H

#include "core/arch/gate.h"
#include "core/contract.h"

/* far from where programs, their libraries and the sanitizers' shadows lie, and no address of a
 * 32-bit program */
#define PE_POSTERN_AT	    UINT64_C(0x7d0000000000)
#define PE_POSTERN_BOARD    1024u
#define PE_POSTERN_SIZE	    4096u
#define PE_POSTERN_MAGIC    UINT64_C(0x6e72657473707065)
#define PE_POSTERN_PATIENCE 8u /* calls */

/* the word; below PE_POSTERN_PATIENCE it counts calls */
enum { PE_POSTERN_CLOSED = PE_POSTERN_PATIENCE, PE_POSTERN_OPEN, PE_POSTERN_BARRED };

struct pe_postern_board {
	uint64_t magic;
	uint64_t word;	   /* where it is */
	uint64_t from, to; /* the library's code */
};

/* what the kernel says of a call that is made there: the first instruction behind it */
static inline uint64_t pe_postern_call(void)
{
	return PE_POSTERN_AT +
	       ((uintptr_t)pe_gate_end - (uintptr_t)(const char *)(uintptr_t)pe_gate_act);
}

/* pe_gate_act(), in the page */
static inline long pe_postern_act(const struct pe_gate_call *call, const uint32_t *dead,
				  struct rseq *rseq)
{
	return ((__typeof__(&pe_gate_act))(uintptr_t)PE_POSTERN_AT)(call, dead, rseq);
}

/* One call more, the word being @seen: below PE_POSTERN_PATIENCE. @rseq: of this thread, not
 * NULL */
void pe_postern_count(_Atomic uint32_t *word, uint32_t seen, struct rseq *rseq);

/* There are filters now that may end the program for what has to be asked: what is not open yet
 * never will be. */
void pe_postern_renounce(_Atomic uint32_t *word);

/* This memory may soon be out of the supervisor's reach. */
static inline void pe_postern_bar(_Atomic uint32_t *word)
{
	atomic_store(word, PE_POSTERN_BARRED);
}

/* pe_gate_pass(), by the shorter way where it is open */
static inline long pe_postern_pass(_Atomic uint32_t *word, const struct pe_gate_call *call,
				   const uint32_t *dead, struct rseq *rseq)
{
	uint32_t state = atomic_load_explicit(word, memory_order_relaxed);
	long ret;

	if (state == PE_POSTERN_OPEN && rseq) {
		ret = pe_postern_act(call, dead, rseq);
		return likely(ret != PE_GATE_TIRED) ? ret : pe_gate_act_masked(call, dead);
	}
	if (unlikely(state < PE_POSTERN_PATIENCE) && rseq)
		pe_postern_count(word, state, rseq);
	return pe_gate_pass(call, dead, rseq);
}

#endif
