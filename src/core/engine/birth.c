/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/rseq.h>

#include "core/engine/birth.h"
#include "core/engine/fuzz_page.h"
#include "core/engine/release.h"
#include "core/evidence/evidence.h"
#include "core/evidence/group.h"
#include "core/frame/sync_point.h"
#include "core/record/notice.h"
#include "core/sys.h"

struct pe_birth pe_birth_begin(struct pe_frame *p, struct pe_thread *t, enum pe_call by)
{
	struct pe_birth b = { .by = by, .engaged = pe_frame_enter(p, t) };

	if (b.engaged) {
		b.before = pe_clock_now(&p->clock);
		b.early_reaps = atomic_load(&p->early_reaps);
		b.unwiped = atomic_load_explicit(&p->life, memory_order_relaxed) == &p->plain_life;
	}
	return b;
}

/* Lock held. What a thread needs before its guarded calls can be fast ones. */
static void enroll(struct pe_frame *p, struct pe_thread *t)
{
	struct rseq *rseq =
		(struct rseq *)((char *)__builtin_thread_pointer() + p->set->rseq_offset);

	if (likely(t->record))
		return;
	pe_hold_enroll(&p->records, t, (uint32_t)pe_sys_gettid());
	/* below 0: the kernel did not take the registration */
	if (p->set->rseq && !(p->set->force_old & PE_OLD_RSEQ) && (int)rseq->cpu_id >= 0)
		t->rseq = rseq;
}

static uint32_t new_slot(struct pe_frame *p, uint32_t pid, uint64_t lap, enum pe_call by,
			 uint32_t stack)
{
	uint32_t index = pe_arena_alloc(&p->slots);
	struct pe_slot *s;

	if (!index)
		return 0;
	s = pe_arena_at(&p->slots, index);
	pe_slot_prepare(s, lap, pe_frame_ms(p), (uint8_t)by);
	if (unlikely(p->trace))
		pe_trace_mark_born(p->trace, index, stack, (uint32_t)pe_sys_gettid());
	/* before the slot can be found: a reaper compares (reap.c) */
	atomic_fetch_add(&p->births, 1);
	pe_slot_attach(s, pid);
	return index;
}

/* The birth of the last process instance of @pid that is still remembered, or 0. */
static uint64_t last_birth(struct pe_frame *p, uint32_t pid)
{
	uint32_t index = pe_tree_find(&p->tree, pid) & PE_TREE_SLOT;
	struct pe_slot *s = index ? pe_arena_at(&p->slots, index) : NULL;

	return s && pe_slot_pid(s) == pid ? atomic_load_explicit(&s->birth, memory_order_relaxed)
					  : 0;
}

/* Memory, of the frame's `refused`. */
enum { NEVER, UNTOLD, TOLD };

/* Lock held. The slot is open before it can be found: a call on it may come at once. */
static void record(struct pe_frame *p, uint32_t pid, uint64_t lap, enum pe_call by, uint32_t stack)
{
	uint32_t index;

	if (lap > pe_tree_lap(&p->tree)) {
		pe_tree_begin(&p->tree, lap);
		pe_sync_point_bound(p);
	}
	index = new_slot(p, pid, lap, by, stack);
	if (index && pe_tree_store(&p->tree, pid, index) == 0)
		return;
	if (index) {
		pe_slot_abandon(pe_arena_at(&p->slots, index));
		pe_arena_free(&p->slots, index);
	}
	pe_tree_relearn(&p->tree, pid); /* birth.2 */
	if (atomic_load_explicit(&p->refused, memory_order_relaxed) == NEVER)
		atomic_store_explicit(&p->refused, UNTOLD, memory_order_relaxed);
}

/* After the lock: a write can block. */
static pe_cold void tell_refused(struct pe_frame *p)
{
	uint32_t untold = UNTOLD;

	if (atomic_compare_exchange_strong(&p->refused, &untold, TOLD) && !p->set->trusted)
		pe_notice_sentence(p->set,
				   "no memory to know its children by: some are not protected", "");
}

static inline void tell_if_refused(struct pe_frame *p)
{
	if (unlikely(atomic_load_explicit(&p->refused, memory_order_relaxed) == UNTOLD))
		tell_refused(p);
}

/* The frame's lock, and no slot of an older process instance is open or being closed under it. */
static uint64_t lock_for_birth(struct pe_frame *p, struct pe_thread *t, uint32_t pid)
{
	struct pe_known k = pe_frame_know(p, pid);
	uint64_t mask;

	for (;;) {
		/* Still there: that process instance went by a way we did not see, or its reaper
		 * has not come to bury it. */
		if (unlikely(k.what == PE_KNOWN_LIVE))
			pe_release_lost(p, t, &k, PE_CALL_ELSEWHERE);
		mask = pe_frame_lock(p);
		k = pe_frame_know(p, pid);
		if (k.what != PE_KNOWN_LIVE || pe_slot_check(k.slot, pid) == 0)
			return mask;
		pe_frame_unlock(p, mask);
	}
}

/* An ancestor knew the pid as another child's: it judges by that if it is told the pid as bytes,
 * unless the birth is in the table by then. */
static inline void record_kin(struct pe_frame *p, uint32_t pid)
{
	bool wanted = false;

	for (uint32_t i = 0; i < p->ancestors && !wanted; i++)
		wanted = pe_tree_find(&p->inherited[i], pid) != 0;
	if (p->evidence)
		pe_evidence_born(p->evidence, pid, wanted);
}

void pe_birth_end(struct pe_frame *p, struct pe_thread *t, const struct pe_birth *b, int child)
{
	uint32_t pid = (uint32_t)child, stack;
	uint64_t mask;

	if (child <= 0 || !b->engaged || !pe_frame_enter(p, t))
		return;
	stack = unlikely(p->trace) ? pe_trace_take(p->trace) : 0;
	mask = lock_for_birth(p, t, pid);
	enroll(p, t);
	/* Open again: since then another thread has adopted it, or this one has been reaped, and a
	 * later fork's was recorded first. A second slot would leave that one open for ever, for
	 * whoever still knows its index. */
	if (likely(pe_frame_know(p, pid).what != PE_KNOWN_LIVE)) {
		pe_group_born(p, pid, atomic_load(&p->early_reaps) != b->early_reaps);
		record(p, pid,
		       pe_clock_observe_after(&p->clock, b->before, pid, last_birth(p, pid)), b->by,
		       stack);
	}
	pe_frame_unlock(p, mask);
	tell_if_refused(p);
	record_kin(p, pid);
	/* birth.1: seq_cst on both sides, the reaper's count after its reap, ours after the
	 * store */
	if (unlikely(atomic_load(&p->early_reaps) != b->early_reaps))
		pe_release_if_gone(p, t, pid, b->early_reaps);
	pe_sync_point_check(p);
	if (unlikely(p->set->fuzz))
		atomic_fetch_add(&p->set->fuzz->forks, 1);
}

bool pe_birth_adopt(struct pe_frame *p, struct pe_thread *t, int child)
{
	uint32_t pid = (uint32_t)child;
	uint64_t mask = pe_frame_lock(p);
	bool live;

	/* When it was born is not known: later, then, than any tag that has been given out for its
	 * pid (clock.4). */
	if (pe_frame_know(p, pid).what != PE_KNOWN_LIVE) {
		pe_group_born(p, pid, false);
		record(p, pid,
		       pe_clock_observe_after(&p->clock, pe_clock_now(&p->clock), pid,
					      last_birth(p, pid)),
		       PE_CALL_NONE, 0);
	}
	live = pe_frame_know(p, pid).what == PE_KNOWN_LIVE;
	pe_frame_unlock(p, mask);
	pe_release_if_gone(p, t, pid, atomic_load(&p->early_reaps));
	return live;
}

void pe_birth_enroll(struct pe_frame *p, struct pe_thread *t)
{
	uint64_t mask = pe_frame_lock(p);

	enroll(p, t);
	pe_frame_unlock(p, mask);
}
