/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/frame/frame.h"
#include "core/sys.h"

/* The most slots: one for each child alive at a time, and as many again that only keep their
 * history. */
#define PE_FRAME_SLOTS (UINT32_C(1) << 22)
#define PE_FRAME_NODES (UINT32_C(1) << 20)
/* How many freed slots keep their history for notices before they are used again. Under the report
 * policy the history is longer, and costs another page. */
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
		p->set->clock(CLOCK_BOOTTIME, &now);
	else
		pe_sys_clock_gettime(CLOCK_BOOTTIME, &now);
	/* it wraps after 49 days */
	ms = (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);

	return ms ? ms : 1;
}

/* --- the lock (frame.4) --- */

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

/* --- birth of a frame (frame.2, frame.3) --- */

static bool alive(const struct pe_frame *p)
{
	_Atomic uint32_t *fork_mark = atomic_load_explicit(&p->fork_mark, memory_order_acquire);

	return fork_mark && atomic_load_explicit(fork_mark, memory_order_acquire) != 0;
}

/* The initialiser writes its pid. In a forked child, the copy names another process, so the child
 * knows that this is not its own mark. */
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
		atomic_store_explicit(&p->fork_mark, page, memory_order_release);
		return;
	}
	/* Without a page that the kernel wipes, only getpid distinguishes a child from its
	 * parent. */
	atomic_store_explicit(&p->shared_vm, true, memory_order_relaxed);
	atomic_store_explicit(&p->plain_mark, 1, memory_order_relaxed);
	atomic_store_explicit(&p->fork_mark, &p->plain_mark, memory_order_release);
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
	p->watching = p->set->events || p->set->summary;
	p->parent = p->set->parent;
	if (p->set->events && p->set->stacks)
		p->trace = pe_trace_make(&p->set->unwind);
	pe_clock_init(&p->clock, 0);
	pe_tree_init(&p->tree, &p->inner, &p->leaf, pe_clock_lap(pe_clock_now(&p->clock)));
	pe_foreign_init(&p->foreign, &p->inner, &p->leaf, p->foreign_chunks, PE_FOREIGN_MOST);
	pe_foreign_init(&p->groups.led, &p->inner, &p->leaf, p->group_chunks, PE_FRAME_GROUPS);
	atomic_store(&p->groups.works, p->set->handles ? PE_GROUPS_WORK : PE_GROUPS_UNTRIED);
	atomic_store(&p->autoreap, pe_sys_children_vanish() ? PE_AUTOREAP_IGNORED : 0);
	atomic_store(&p->ignored, atomic_load(&p->autoreap) != 0);
	map_life(p);
}

/* The chosen signal, what was reported and the cached cursor are the parent's (sync_point.h). */
static void forget_lag(struct pe_frame *p)
{
	atomic_store(&p->sync.signal, 0);
	atomic_store(&p->sync.signalled, 0);
	atomic_store(&p->sync.read_at, 0);
}

/* What was reported is the parent's. */
static void forget_uses(struct pe_sink *s)
{
	atomic_store(&s->uses, 0);
	atomic_store(&s->refused, 0);
}

static void next_frame(struct pe_frame *p, struct pe_thread *t)
{
	_Atomic uint32_t *fork_mark = atomic_load(&p->fork_mark);

	for (uint32_t i = PE_FRAME_ANCESTORS - 1; i > 0; i--)
		p->inherited[i] = p->inherited[i - 1];
	p->inherited[0] = p->tree;
	if (p->ancestors < PE_FRAME_ANCESTORS)
		p->ancestors++;
	pe_tree_init(&p->tree, &p->inner, &p->leaf, pe_clock_lap(pe_clock_now(&p->clock)));
	pe_hold_forked(&p->records, t, (uint32_t)pe_sys_gettid());
	atomic_store(&p->lock, 0);
	atomic_store(&p->released, 0);
	if (p->set->sink)
		forget_uses(p->set->sink);
	atomic_store(&p->shared_vm, fork_mark == &p->plain_mark);
	forget_lag(p);
	atomic_store(&p->obituaries, NULL); /* not in this process (obituary.4) */
	t->vfork_depth = 0;
	t->last = 0;
	t->exit_watch = NULL;
	t->untold = false;
	t->by_hand = 0;
	atomic_store_explicit(fork_mark, 1, memory_order_release);
}

pe_cold bool pe_frame_begin(struct pe_frame *p, struct pe_thread *t)
{
	uint64_t mask = pe_sys_mask_all();
	int me = pe_sys_getpid();

	boot_begin(p, (uint32_t)me);
	if (!alive(p)) {
		bool first = !atomic_load(&p->fork_mark);

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
	atomic_store(&p->plain_mark, 0);
	pe_frame_begin(p, t);
}

/* `plain_mark` is not wiped by a fork, so each entry calls pe_frame_is_self(), in forked children
 * too. */
void pe_frame_disable(struct pe_frame *p)
{
	atomic_store(&p->disabled, true);
	atomic_store(&p->shared_vm, true);
	atomic_store(&p->plain_mark, 1);
	atomic_store(&p->fork_mark, &p->plain_mark);
}

/* --- knowledge --- */

void pe_frame_learn(struct pe_frame *p, struct pe_thread *t, int pid)
{
	/* without a frame nothing is known; do not make one for this */
	if (pid <= 0 || !atomic_load_explicit(&p->fork_mark, memory_order_acquire) ||
	    !pe_frame_enter(p, t))
		return;
	pe_tree_relearn(&p->tree, (uint32_t)pid);
	for (uint32_t i = 0; i < p->ancestors; i++)
		pe_tree_relearn(&p->inherited[i], (uint32_t)pid);
}

static struct pe_known inherited(struct pe_frame *p, uint32_t pid)
{
	struct pe_known k = { .what = PE_KNOWN_NOTHING };

	/* the nearest ancestor that knew the pid decides */
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

		k.instance = word & PE_SLOT_GENERATION_AND_PID;
		/* buried, or freed and used again, since the entry was read or its page copied
		 * (tree.2) */
		if ((word & PE_SLOT_DEAD) || (word & PE_SLOT_PID) != pid)
			k.what = PE_KNOWN_RELEASED;
	}
	return k;
}
