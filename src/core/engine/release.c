/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/identity.h"
#include "core/engine/release.h"
#include "core/evidence/evidence.h"
#include "core/evidence/group.h"
#include "core/sys.h"

/* Of a wait that was not seen, the mark records only that: the thread that noticed it did not make
 * it. */
static pe_cold void mark_released(struct pe_frame *p, uint32_t slot, enum pe_call by,
				  const struct pe_trace_early_reap *s)
{
	if (s)
		pe_trace_mark_released(p->trace, slot, s->stack, s->tid);
	else if (by == PE_CALL_ELSEWHERE)
		pe_trace_mark_released(p->trace, slot, 0, 0);
	else
		pe_trace_mark_released(p->trace, slot, pe_trace_take(p->trace),
				       (uint32_t)pe_sys_gettid());
}

/* --- obituaries --- */

static void keep(struct pe_frame *p, const struct pe_thread *t, uint32_t pid, uint32_t birth,
		 enum pe_call by, const struct pe_obituary *end)
{
	struct pe_obituary o = *end;

	o.pid = pid;
	o.birth = birth;
	o.by = (uint8_t)by;
	o.ms = pe_frame_ms(p);
	if (by != PE_CALL_ELSEWHERE && by != PE_CALL_AUTOREAP)
		o.tid = pe_hold_thread(&p->records, t);
	/* The first one maps the ring, and the program's own filter may kill for that. */
	if (!atomic_load_explicit(&p->no_ring, memory_order_relaxed) ||
	    atomic_load_explicit(&p->obituaries, memory_order_relaxed))
		pe_obituary_write(&p->obituaries, &o);
}

/* @early: the ticket of the obituary that an early reap left, or 0 */
static void keep_slots(struct pe_frame *p, const struct pe_thread *t, const struct pe_known *k,
		       enum pe_call by, const struct pe_obituary *end, uint32_t early)
{
	uint32_t birth = (uint32_t)atomic_load_explicit(&k->slot->birth, memory_order_relaxed);

	if (early)
		pe_obituary_attribute(&p->obituaries, early, birth);
	else
		keep(p, t, (uint32_t)(k->instance & PE_SLOT_PID), birth, by, end);
}

void pe_release_stray(struct pe_frame *p, const struct pe_thread *t, uint32_t pid, enum pe_call by,
		      uint32_t since, const struct pe_obituary *end)
{
	struct pe_obituary o = *end;

	o.flags |= PE_OBITUARY_EARLY;
	keep(p, t, pid, since, by, &o);
}

/* --- release --- */

static void released(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		     enum pe_call by, const struct pe_trace_early_reap *s)
{
	if (p->evidence)
		pe_evidence_released(p->evidence, (uint32_t)p->tgid,
				     (uint32_t)(k->instance & PE_SLOT_PID));
	pe_tree_expire(&p->tree, (uint32_t)(k->instance & PE_SLOT_PID), k->index);
	pe_hold_kill_own(&p->records, t, k->index);
	if (unlikely(p->trace))
		mark_released(p, k->index, by, s);
	pe_slot_bury(k->slot, pe_frame_ms(p), (uint8_t)by);
	atomic_fetch_add_explicit(&p->released, 1, memory_order_relaxed);
}

void pe_release_reaped(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		       enum pe_call by, const struct pe_obituary *end)
{
	keep_slots(p, t, k, by, end, 0);
	released(p, t, k, by, NULL);
}

void pe_release_leave(struct pe_frame *p, uint32_t slot)
{
	if (pe_slot_leave(pe_arena_at(&p->slots, slot)))
		pe_arena_free(&p->slots, slot);
}

/* how a child was released by no reap of this thread */
struct loss {
	enum pe_call by;
	const struct pe_trace_early_reap *note; /* of the reap, or NULL */
	uint32_t early;				/* its obituary, or 0: then its group is noted */
	bool replaced;				/* by a child of the same pid */
};

/* The slot is claimed, so no other thread has released it. @group: of pe_group_of_lost() */
static void lose(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		 const struct loss *l, uint64_t group)
{
	static const struct pe_obituary nothing;

	pe_group_released(p, group);
	atomic_store_explicit(&k->slot->released_any, l->note && l->note->any,
			      memory_order_relaxed);
	keep_slots(p, t, k, l->by, &nothing, l->early);
	released(p, t, k, l->by, l->note);
}

static void lost(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		 const struct loss *l)
{
	uint64_t mask, group = 0;
	int claim;

	if (pe_slot_close(k->slot, k->instance) != 0)
		return;
	pe_hold_drain(&p->records, t, k->index);
	if (!l->replaced && !l->early)
		group = pe_group_of_lost(p, (uint32_t)(k->instance & PE_SLOT_PID));
	do {
		mask = pe_sys_mask_all();
		claim = pe_slot_begin_reap(k->slot);
		if (claim == 0)
			lose(p, t, k, l, group);
		pe_sys_mask_restore(mask);
		if (claim == -EBUSY)
			pe_sys_sched_yield();
	} while (claim == -EBUSY);
	pe_release_leave(p, k->index);
}

void pe_release_lost(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		     enum pe_call by)
{
	lost(p, t, k, &(struct loss){ .by = by });
}

void pe_release_replaced(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k)
{
	lost(p, t, k, &(struct loss){ .by = PE_CALL_ELSEWHERE, .replaced = true });
}

static bool noted_as_stray(struct pe_frame *p, uint32_t pid, uint32_t since,
			   struct pe_trace_early_reap *s)
{
	uint64_t mask;
	bool noted;

	if (likely(!p->trace))
		return false;
	mask = pe_frame_lock(p);
	noted = pe_trace_take_early_reap(p->trace, pid, since, s);
	pe_frame_unlock(p, mask);
	return noted;
}

void pe_release_if_gone(struct pe_frame *p, struct pe_thread *t, uint32_t pid, uint32_t since)
{
	struct pe_known k = pe_frame_know(p, pid);
	struct loss l = { .by = PE_CALL_ELSEWHERE };
	struct pe_trace_early_reap note;
	struct pe_obituary o;

	if (k.what != PE_KNOWN_LIVE || pe_identity_is_child(pid))
		return;
	l.early = pe_obituary_last(&p->obituaries, pid, PE_OBITUARY_EARLY, &o);
	if (l.early && (int32_t)(o.birth - since) < 0)
		l.early = 0;
	if (noted_as_stray(p, pid, since, &note)) {
		l.by = (enum pe_call)note.by;
		l.note = &note;
	}
	lost(p, t, &k, &l);
}
