/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/memory/slot.h"

#define GENERATION (PE_SLOT_PID + 1)

void pe_slot_prepare(struct pe_slot *s, uint64_t birth, uint32_t ms, uint8_t by)
{
	atomic_store_explicit(&s->birth, birth, memory_order_relaxed);
	atomic_store_explicit(&s->born, ms, memory_order_relaxed);
	atomic_store_explicit(&s->born_by, by, memory_order_relaxed);
	atomic_store_explicit(&s->released, 0, memory_order_relaxed);
	atomic_store_explicit(&s->released_by, 0, memory_order_relaxed);
	atomic_store_explicit(&s->released_any, false, memory_order_relaxed);
	atomic_store_explicit(&s->announced, false, memory_order_relaxed);
}

uint64_t pe_slot_attach(struct pe_slot *s, uint32_t pid)
{
	uint64_t old = atomic_load_explicit(&s->word, memory_order_relaxed);
	uint64_t generation = (old + GENERATION) & PE_SLOT_GENERATION_AND_PID & ~PE_SLOT_PID;

	/* A plain store: a free slot has no closer, and close does not change a DEAD slot (slot.2,
	 * slot.6). release: a reader of the open slot sees its history (slot.7). */
	atomic_store_explicit(&s->word, generation | pid, memory_order_release);
	return generation | pid;
}

void pe_slot_abandon(struct pe_slot *s)
{
	atomic_fetch_or_explicit(&s->word, PE_SLOT_DEAD, memory_order_relaxed);
}

int pe_slot_close(struct pe_slot *s, uint64_t instance)
{
	uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);

	do {
		if ((word & PE_SLOT_GENERATION_AND_PID) != instance || (word & PE_SLOT_DEAD))
			return -ESRCH;
		/* seq_cst: before the scan of the holds (slot.3) */
	} while (!atomic_compare_exchange_weak_explicit(&s->word, &word, word + PE_SLOT_CLOSER,
							memory_order_seq_cst,
							memory_order_relaxed));
	return 0;
}

int pe_slot_begin_reap(struct pe_slot *s)
{
	/* acquire: after all that the last holder of REAPING did */
	uint64_t old = atomic_fetch_or_explicit(&s->word, PE_SLOT_REAPING, memory_order_acquire);

	if (old & PE_SLOT_REAPING)
		return -EBUSY;
	if (!(old & PE_SLOT_DEAD))
		return 0;
	pe_slot_cancel_reap(s);
	return -ESRCH;
}

void pe_slot_cancel_reap(struct pe_slot *s)
{
	atomic_fetch_and_explicit(&s->word, ~PE_SLOT_REAPING, memory_order_release);
}

void pe_slot_bury(struct pe_slot *s, uint32_t ms, uint8_t by)
{
	atomic_store_explicit(&s->released, ms, memory_order_relaxed);
	atomic_store_explicit(&s->released_by, by, memory_order_relaxed);
	/* The caller holds REAPING and DEAD is not set, so one addition sets DEAD and clears
	 * REAPING. release: a thread that sees DEAD sees the expired entries, too (slot.5). */
	atomic_fetch_add_explicit(&s->word, PE_SLOT_DEAD - PE_SLOT_REAPING, memory_order_release);
}

bool pe_slot_leave(struct pe_slot *s)
{
	/* acq_rel: the last closer sees what the others did, before the slot is used again */
	uint64_t old = atomic_fetch_sub_explicit(&s->word, PE_SLOT_CLOSER, memory_order_acq_rel);

	return (old & ~PE_SLOT_GENERATION_AND_PID) == PE_SLOT_DEAD + PE_SLOT_CLOSER;
}
