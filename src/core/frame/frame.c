/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/rseq.h>

#include "core/record/notice.h"
#include "core/evidence/group.h"
#include "core/engine/fuzz_page.h"
#include "core/frame/frame.h"
#include "core/engine/release.h"
#include "core/frame/sync_point.h"
#include "core/sys.h"

/* Most slots: one for each child alive at a time, and as many again that only keep their history. */
#define PE_FRAME_SLOTS (UINT32_C(1) << 22)
#define PE_FRAME_NODES (UINT32_C(1) << 20)
/* Dead children whose history is kept for notices, before their slots are used again: who asked for reports
 * pays for more of them with another page. */
#define PE_FRAME_HISTORY 4096

bool pe_frame_is_self(const struct pe_frame *p)
{
	return !atomic_load_explicit(&p->disabled, memory_order_relaxed) &&
	       pe_sys_getpid() == p->tgid;
}

uint32_t pe_frame_ms(const struct pe_frame *p)
{
	struct timespec now = { 0 };
	uint32_t ms;

	if (likely(p->set->clock))
		p->set->clock(CLOCK_MONOTONIC_COARSE, &now);
	else
		pe_sys_clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	/* it wraps after 49 days */
	ms = (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);

	return ms ? ms : 1;
}

/* --- the lock (P.4) --- */

uint64_t pe_frame_lock(struct pe_frame *p)
{
	uint64_t mask = pe_sys_mask_all();
	uint32_t seen = 0;

	/* 0 free, 1 held, 2 held and waited for */
	if (atomic_compare_exchange_strong_explicit(&p->lock, &seen, 1, memory_order_acquire,
						    memory_order_relaxed))
		return mask;
	while (atomic_exchange_explicit(&p->lock, 2, memory_order_acquire) != 0)
		pe_sys_futex_wait((uint32_t *)&p->lock, 2, NULL);
	return mask;
}

void pe_frame_unlock(struct pe_frame *p, uint64_t mask)
{
	if (atomic_exchange_explicit(&p->lock, 0, memory_order_release) == 2)
		pe_sys_futex_wake((uint32_t *)&p->lock, 1);
	pe_sys_mask_restore(mask);
}

/* --- birth of a frame (P.2, P.3) --- */

static bool alive(const struct pe_frame *p)
{
	_Atomic uint32_t *life = atomic_load_explicit(&p->life, memory_order_acquire);

	return life && atomic_load_explicit(life, memory_order_acquire) != 0;
}

/* The initialiser writes its pid: a copy of it in a forked child names a process that is not this one. */
static void boot_begin(struct pe_frame *p, uint32_t me)
{
	for (;;) {
		uint32_t seen = atomic_load_explicit(&p->booting, memory_order_acquire);

		if (seen == me)
			pe_sys_sched_yield();
		else if (atomic_compare_exchange_strong(&p->booting, &seen, me))
			return;
	}
}

static void map_life(struct pe_frame *p)
{
	void *page = MAP_FAILED;

	if (!(p->set->force_old & PE_OLD_WIPE))
		page = pe_sys_mmap(PE_SYS_PAGE);
	if (page != MAP_FAILED && pe_sys_madvise(page, PE_SYS_PAGE, MADV_WIPEONFORK) == 0) {
		atomic_store_explicit((_Atomic uint32_t *)page, 1, memory_order_relaxed);
		atomic_store_explicit(&p->life, page, memory_order_release);
		return;
	}
	/* Without the kernel's word, only getpid tells a child from its parent. */
	atomic_store_explicit(&p->shared_vm, true, memory_order_relaxed);
	atomic_store_explicit(&p->plain_life, 1, memory_order_relaxed);
	atomic_store_explicit(&p->life, &p->plain_life, memory_order_release);
}

static pe_cold void first_frame(struct pe_frame *p)
{
	const struct pe_arena_layout node = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 128,
		.limit = PE_FRAME_NODES,
	};
	struct pe_arena_layout inner = node, leaf = node;
	const struct pe_arena_layout slots = {
		.object = sizeof(struct pe_slot),
		.link = offsetof(struct pe_slot, link),
		.per_chunk = 1024,
		.limit = PE_FRAME_SLOTS,
		.keep = p->set->policy == PE_POLICY_REPORT ? PE_FRAME_HISTORY
							   : PE_FRAME_SLOTS_IN_PAGE,
		.chunks = p->slot_chunks,
		.first = p->first_slots,
		.first_bytes = sizeof(p->first_slots),
	};
	const struct pe_arena_layout records = {
		.object = sizeof(struct pe_hold_record),
		.link = offsetof(struct pe_hold_record, link),
		.per_chunk = 64,
		.limit = PE_HOLD_RECORDS,
		.chunks = p->record_chunks,
		.first = p->first_records,
		.first_bytes = sizeof(p->first_records),
	};

	inner.first = p->first_inner;
	inner.first_bytes = sizeof(p->first_inner);
	inner.chunks = p->inner_chunks;
	leaf.first = p->first_leaf;
	leaf.chunks = p->leaf_chunks;
	leaf.first_bytes = sizeof(p->first_leaf);
	if (p->set->stale_errno == 0)
		pe_settings_default(p->set);
	pe_arena_init(&p->inner, &inner);
	pe_arena_init(&p->leaf, &leaf);
	pe_arena_init(&p->slots, &slots);
	pe_arena_init(&p->records, &records);
	p->watching = p->set->events != NULL;
	p->parent = p->set->parent;
	if (p->watching && p->set->stacks)
		p->trace = pe_trace_make(&p->set->unwind);
	pe_clock_init(&p->clock, 0);
	pe_tree_init(&p->tree, &p->inner, &p->leaf, pe_clock_lap(pe_clock_now(&p->clock)));
	pe_foreign_init(&p->others, &p->inner, &p->leaf, p->other_chunks, PE_FOREIGN_MOST);
	pe_foreign_init(&p->groups.led, &p->inner, &p->leaf, p->group_chunks, PE_FRAME_GROUPS);
	atomic_store(&p->groups.works, p->set->handles ? PE_GROUPS_WORK : PE_GROUPS_UNTRIED);
	atomic_store(&p->autoreap, pe_sys_children_vanish());
	map_life(p);
}

static void next_frame(struct pe_frame *p, struct pe_thread *t)
{
	_Atomic uint32_t *life = atomic_load(&p->life);

	for (uint32_t i = PE_FRAME_ANCESTORS - 1; i > 0; i--)
		p->inherited[i] = p->inherited[i - 1];
	p->inherited[0] = p->tree;
	if (p->ancestors < PE_FRAME_ANCESTORS)
		p->ancestors++;
	pe_tree_init(&p->tree, &p->inner, &p->leaf, pe_clock_lap(pe_clock_now(&p->clock)));
	pe_hold_forked(&p->records, t, (uint32_t)pe_sys_gettid());
	atomic_store(&p->lock, 0);
	atomic_store(&p->shared_vm, life == &p->plain_life);
	pe_sync_point_forked(p);
	t->vfork_depth = 0;
	t->last = 0;
	t->exits = NULL;
	atomic_store_explicit(life, 1, memory_order_release);
}

pe_cold bool pe_frame_begin(struct pe_frame *p, struct pe_thread *t)
{
	uint64_t mask = pe_sys_mask_all();
	int me = pe_sys_getpid();

	boot_begin(p, (uint32_t)me);
	if (!alive(p)) {
		bool first = !atomic_load(&p->life);

		p->parent = p->tgid;
		p->tgid = me;
		if (first)
			first_frame(p);
		else
			next_frame(p, t);
	}
	atomic_store(&p->booting, 0);
	pe_sys_mask_restore(mask);
	return t->vfork_depth == 0;
}

void pe_frame_forked(struct pe_frame *p, struct pe_thread *t)
{
	if (pe_frame_is_self(p))
		return;
	atomic_store(&p->plain_life, 0);
	pe_frame_begin(p, t);
}

/* A word that a fork does not wipe makes each entry come to pe_frame_is_self(), in the children, too. */
void pe_frame_disable(struct pe_frame *p)
{
	atomic_store(&p->disabled, true);
	atomic_store(&p->shared_vm, true);
	atomic_store(&p->plain_life, 1);
	atomic_store(&p->life, &p->plain_life);
}

/* --- births --- */

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
	pe_tree_relearn(&p->tree, pid); /* P.5 */
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
		/* Still there: that process instance went by a way we did not see, or its reaper has not come to bury it. */
		if (unlikely(k.what == PE_KNOWN_LIVE))
			pe_release_lost(p, t, &k, PE_CALL_ELSEWHERE);
		mask = pe_frame_lock(p);
		k = pe_frame_know(p, pid);
		if (k.what != PE_KNOWN_LIVE || pe_slot_check(k.slot, pid) == 0)
			return mask;
		pe_frame_unlock(p, mask);
	}
}

void pe_birth_end(struct pe_frame *p, struct pe_thread *t, const struct pe_birth *b, int pid)
{
	uint32_t number = (uint32_t)pid, stack;
	uint64_t mask;

	if (pid <= 0 || !b->engaged || !pe_frame_enter(p, t))
		return;
	stack = unlikely(p->trace) ? pe_trace_take(p->trace) : 0;
	mask = lock_for_birth(p, t, number);
	enroll(p, t);
	/* Open again: since then another thread has adopted it, or this one has been reaped, and a later fork's was recorded
	 * first. A second slot would leave that one open for ever, for whoever still knows its index. */
	if (likely(pe_frame_know(p, number).what != PE_KNOWN_LIVE)) {
		pe_group_born(p, number, atomic_load(&p->early_reaps) != b->early_reaps);
		record(p, number,
		       pe_clock_observe_after(&p->clock, b->before, number, last_birth(p, number)),
		       b->by, stack);
	}
	pe_frame_unlock(p, mask);
	tell_if_refused(p);
	/* P.6: seq_cst on both sides, the reaper's count after its reap, ours after the store */
	if (unlikely(atomic_load(&p->early_reaps) != b->early_reaps))
		pe_release_if_gone(p, t, number, b->early_reaps);
	pe_sync_point_check(p);
	if (unlikely(p->set->fuzz))
		atomic_fetch_add(&p->set->fuzz->forks, 1);
}

bool pe_birth_adopt(struct pe_frame *p, struct pe_thread *t, int pid)
{
	uint32_t number = (uint32_t)pid;
	uint64_t mask = pe_frame_lock(p);
	bool live;

	/* When it was born is not known: later, then, than any tag that has been given out for its pid (C.4). */
	if (pe_frame_know(p, number).what != PE_KNOWN_LIVE) {
		pe_group_born(p, number, false);
		record(p, number,
		       pe_clock_observe_after(&p->clock, pe_clock_now(&p->clock), number,
					      last_birth(p, number)),
		       PE_CALL_NONE, 0);
	}
	live = pe_frame_know(p, number).what == PE_KNOWN_LIVE;
	pe_frame_unlock(p, mask);
	pe_release_if_gone(p, t, number, atomic_load(&p->early_reaps));
	return live;
}

void pe_birth_enroll(struct pe_frame *p, struct pe_thread *t)
{
	uint64_t mask = pe_frame_lock(p);

	enroll(p, t);
	pe_frame_unlock(p, mask);
}

/* --- knowledge --- */

void pe_frame_learn(struct pe_frame *p, struct pe_thread *t, int pid)
{
	/* without a frame nothing is known, nor is one made for that */
	if (pid <= 0 || !atomic_load_explicit(&p->life, memory_order_acquire) ||
	    !pe_frame_enter(p, t))
		return;
	pe_tree_relearn(&p->tree, (uint32_t)pid);
	for (uint32_t i = 0; i < p->ancestors; i++)
		pe_tree_relearn(&p->inherited[i], (uint32_t)pid);
}

static struct pe_known inherited(struct pe_frame *p, uint32_t pid)
{
	struct pe_known k = { .what = PE_KNOWN_NOTHING };

	/* the nearest ancestor that knew anything of the pid decides */
	for (uint32_t i = 0; i < p->ancestors; i++) {
		uint32_t entry = pe_tree_find(&p->inherited[i], pid);

		if (entry == 0)
			continue;
		k.index = entry & PE_TREE_SLOT;
		if (pe_tree_stale(entry))
			k.what = PE_KNOWN_INHERITED;
		break;
	}
	return k;
}

struct pe_known pe_frame_know(struct pe_frame *p, uint32_t pid)
{
	uint32_t entry = pe_tree_find(&p->tree, pid);
	struct pe_known k = { .index = entry & PE_TREE_SLOT };

	if (entry == 0)
		k = inherited(p, pid);
	else if (entry & PE_TREE_RELEARNED)
		k.what = PE_KNOWN_FRESH;
	else if (entry & PE_TREE_EXPIRED)
		k.what = PE_KNOWN_RELEASED;
	else
		k.what = PE_KNOWN_LIVE;
	k.slot = k.index ? pe_arena_at(&p->slots, k.index) : NULL;
	if (k.what == PE_KNOWN_LIVE) {
		uint64_t word = pe_slot_word(k.slot);

		k.life = word & PE_SLOT_GENERATION_AND_PID;
		/* buried, or freed and used again, since the entry was read or its page copied (B.2) */
		if ((word & PE_SLOT_DEAD) || (word & PE_SLOT_PID) != pid)
			k.what = PE_KNOWN_RELEASED;
	}
	return k;
}
