/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/rseq.h>

#include "core/engine/birth.h"
#include "core/engine/fuzz_page.h"
#include "core/engine/release.h"
#include "core/evidence/evidence.h"
#include "core/evidence/group.h"
#include "core/frame/sync_point.h"
#include "core/time/identity.h"
#include "core/record/notice.h"
#include "core/sys.h"

struct pe_birth pe_birth_begin(struct pe_frame *p, struct pe_thread *t, enum pe_call by)
{
	struct pe_birth b = { .by = by, .engaged = pe_frame_enter(p, t) };

	if (b.engaged) {
		b.before = pe_clock_now(&p->clock);
		b.early_reaps = atomic_load(&p->early_reaps);
		b.unwiped = atomic_load_explicit(&p->fork_mark, memory_order_relaxed) ==
			    &p->plain_mark;
	}
	return b;
}

/* Lock held. A thread needs a record, and the rseq area if there is one, before its guarded calls
 * can take the fast path. */
static void enroll(struct pe_frame *p, struct pe_thread *t)
{
	struct rseq *rseq =
		(struct rseq *)((char *)__builtin_thread_pointer() + p->set->rseq_offset);

	if (likely(t->record))
		return;
	pe_hold_enroll(&p->records, t, (uint32_t)pe_sys_gettid());
	/* below 0: the registration failed */
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

/* The birth lap of the last process instance of @pid that is still recorded, or 0. */
static uint64_t last_birth(struct pe_frame *p, uint32_t pid)
{
	uint32_t index = pe_tree_find(&p->tree, pid) & PE_TREE_SLOT;
	struct pe_slot *s = index ? pe_arena_at(&p->slots, index) : NULL;

	return s && pe_slot_pid(s) == pid ? atomic_load_explicit(&s->birth, memory_order_relaxed)
					  : 0;
}

/* Values of the frame's `refused`: has memory for a slot been missing, and was that reported? */
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

/* birth.5. Start times are in hundredths of a second. */
static pe_cold bool is_adopted(const struct pe_known *k, uint32_t pid)
{
	uint32_t born = atomic_load_explicit(&k->slot->born, memory_order_relaxed);
	struct pe_identity_holder who;

	return atomic_load_explicit(&k->slot->born_by, memory_order_relaxed) == PE_CALL_NONE &&
	       pe_slot_check(k->slot, pid) == 0 && pe_identity_describe(pid, &who) == 0 &&
	       (int32_t)(born - (uint32_t)(who.start * 10)) >= 0;
}

/* Take the frame's lock at a moment when no slot of an older instance of @pid is being closed. */
static uint64_t lock_for_birth(struct pe_frame *p, struct pe_thread *t, uint32_t pid)
{
	struct pe_known k = pe_frame_know(p, pid);
	uint64_t mask;

	for (;;) {
		/* An older instance still has an open slot: either it ended in a way that this
		 * library did not see, or its reaper has not buried it yet. */
		if (unlikely(k.what == PE_KNOWN_LIVE) && !is_adopted(&k, pid))
			pe_release_replaced(p, t, &k);
		mask = pe_frame_lock(p);
		k = pe_frame_know(p, pid);
		if (k.what != PE_KNOWN_LIVE || pe_slot_check(k.slot, pid) == 0)
			return mask;
		pe_frame_unlock(p, mask);
	}
}

/* If an ancestor knew this pid as another child, it judges a use of the pid by the shared table if
 * the pid reaches it as text. So the birth is written there even if the table is not mapped yet. */
static inline void record_parent(struct pe_frame *p, uint32_t pid)
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
	/* The slot may be live already: another thread adopted this child, or this child was reaped
	 * and a later fork that got the same pid was recorded first. A second slot would leave the
	 * first one open for ever, for every thread that still knows its index. */
	if (likely(pe_frame_know(p, pid).what != PE_KNOWN_LIVE)) {
		pe_group_born(p, pid, atomic_load(&p->early_reaps) != b->early_reaps);
		record(p, pid,
		       pe_clock_observe_after(&p->clock, b->before, pid, last_birth(p, pid)), b->by,
		       stack);
	}
	pe_frame_unlock(p, mask);
	tell_if_refused(p);
	record_parent(p, pid);
	/* birth.1: seq_cst on both sides. The reaper counts after its reap; this side reads the
	 * count after the store. */
	if (unlikely(atomic_load(&p->early_reaps) != b->early_reaps))
		pe_release_if_gone(p, t, pid, b->early_reaps);
	pe_sync_point_check(p);
	if (unlikely(p->set->fuzz))
		pe_fuzz_page_born(p->set->fuzz, pid);
}

/* --- adoption --- */

/* birth.4. Of a process that is gone, nothing is said: the caller finds that out. */
static bool is_tracee_only(const struct pe_frame *p, uint32_t pid)
{
	struct pe_identity_holder who;
	int err = pe_identity_describe(pid, &who);

	return err == 0 ? who.ppid != (uint32_t)p->tgid : err != -ESRCH;
}

/* Lock held. The birth of the process of @fd if a reference was taken to it before, else 0
 * (birth.3). */
static uint64_t referred_birth(struct pe_frame *p, uint32_t pid, int fd)
{
	const struct pe_foreign_process *known = pe_foreign_find(&p->foreign, pid);
	struct pe_identity now;

	if (!known || known->who.kind != PE_IDENTITY_INODE ||
	    pe_identity_of_pidfd(fd, p->set->force_old & PE_OLD_INODE, &now) != 0)
		return 0;
	return now.id == known->who.id ? known->since : 0;
}

/* Lock held. @fd: a pidfd of the child, or < 0. @birth: its lap, if that is known, else 0 */
static void record_adopted(struct pe_frame *p, uint32_t pid, int fd, uint64_t birth)
{
	uint64_t last = last_birth(p, pid);

	if (fd >= 0 && birth == 0)
		birth = referred_birth(p, pid, fd);
	if (birth <= last)
		birth = pe_clock_observe_after(&p->clock, pe_clock_now(&p->clock), pid, last);
	pe_group_born(p, pid, true);
	record(p, pid, birth, PE_CALL_NONE, 0);
}

bool pe_birth_adopt_as(struct pe_frame *p, struct pe_thread *t, int child, int fd, uint64_t birth)
{
	uint32_t pid = (uint32_t)child;
	struct pe_known k;
	uint64_t mask;

	if (is_tracee_only(p, pid))
		return false;
	mask = pe_frame_lock(p);
	if (pe_frame_know(p, pid).what != PE_KNOWN_LIVE)
		record_adopted(p, pid, fd, birth);
	k = pe_frame_know(p, pid);
	pe_frame_unlock(p, mask);
	/* the process of @fd was reaped meanwhile: the birth is not that of a later child */
	if (k.what == PE_KNOWN_LIVE && fd >= 0 && pe_identity_pidfd_is_child(fd) == 0)
		pe_release_lost(p, t, &k, PE_CALL_ELSEWHERE);
	pe_release_if_gone(p, t, pid, atomic_load(&p->early_reaps));
	return k.what == PE_KNOWN_LIVE;
}

bool pe_birth_adopt(struct pe_frame *p, struct pe_thread *t, int child)
{
	bool referred = atomic_load_explicit(&p->refers, memory_order_relaxed);
	int fd = referred ? pe_sys_pidfd_open(child, 0) : -1;
	bool live = pe_birth_adopt_as(p, t, child, fd, 0);

	if (fd >= 0)
		pe_sys_close(fd);
	return live;
}

void pe_birth_enroll(struct pe_frame *p, struct pe_thread *t)
{
	uint64_t mask = pe_frame_lock(p);

	enroll(p, t);
	pe_frame_unlock(p, mask);
}
