/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/memory/tree.h"

#define ROOT_HEIGHT (PE_TREE_HEIGHT - 1)
#define STATE_BITS  (PE_TREE_EXPIRED | PE_TREE_RELEARNED)

static struct pe_arena *arena_of(struct pe_tree *t, uint32_t height)
{
	return height ? t->inner : t->leaf;
}

static struct pe_tree_node *node_at(struct pe_tree *t, uint32_t height, uint32_t index)
{
	return pe_arena_at(arena_of(t, height), index);
}

/* --- readers --- */

/*
 * The leaf entry of @pid below @root, or NULL if there is no page. A page on the way may have been
 * given back and used again at another height: its indexes then belong to the other arena, and may
 * have no memory behind them (tree.6). The caller compares `version`.
 */
static _Atomic uint32_t *locate(struct pe_tree *t, uint32_t root, uint32_t pid)
{
	uint32_t index = root;
	struct pe_tree_node *node;

	for (uint32_t height = ROOT_HEIGHT; height > 0; height--) {
		if (index == 0)
			return NULL;
		node = pe_arena_peek(t->inner, index);
		if (unlikely(!node))
			return NULL;
		/* acquire: pairs with the release that linked the page, so that it is seen
		 * filled */
		index = atomic_load_explicit(&node->entry[pe_tree_position(pid, height)],
					     memory_order_acquire);
	}
	node = index ? pe_arena_peek(t->leaf, index) : NULL;
	return node ? &node->entry[pe_tree_position(pid, 0)] : NULL;
}

static uint32_t root_of(struct pe_tree *t, uint32_t epoch)
{
	return atomic_load_explicit(&t->epoch[epoch].root, memory_order_acquire);
}

static uint32_t entry_below(struct pe_tree *t, uint32_t root, uint32_t pid)
{
	_Atomic uint32_t *entry = locate(t, root, pid);

	return entry ? atomic_load_explicit(entry, memory_order_acquire) : 0;
}

/*
 * tree.6: nothing that was read since @version was given back and used again. The fence pairs with
 * the one in move_version(): if anything was read that was written into a page after it was given
 * back, the new version is seen, too. A relaxed load is therefore enough.
 */
static bool undisturbed(struct pe_tree *t, uint64_t version)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&t->version, memory_order_relaxed) == version;
}

uint32_t pe_tree_find(struct pe_tree *t, uint32_t pid)
{
	uint64_t version;
	uint32_t entry;

	if (unlikely(pid >= PE_TREE_PIDS))
		return 0;
	do {
		version = atomic_load_explicit(&t->version, memory_order_acquire);
		entry = entry_below(
			t, root_of(t, atomic_load_explicit(&t->current, memory_order_acquire)),
			pid);
	} while (unlikely(!undisturbed(t, version)));
	return entry;
}

static bool is_active(struct pe_tree *t, uint32_t epoch)
{
	return atomic_load_explicit(&t->epoch[epoch].state, memory_order_acquire) != 0;
}

/* the ring position @back epochs before the current one */
static uint32_t before_current(struct pe_tree *t, uint32_t back)
{
	return (atomic_load_explicit(&t->current, memory_order_acquire) + PE_TREE_EPOCHS - back) %
	       PE_TREE_EPOCHS;
}

/* the youngest active epoch with a lap <= @lap, or PE_TREE_EPOCHS */
static uint32_t epoch_of(struct pe_tree *t, uint64_t lap)
{
	for (uint32_t back = 0; back < PE_TREE_EPOCHS; back++) {
		uint32_t i = before_current(t, back);

		if (is_active(t, i) &&
		    atomic_load_explicit(&t->epoch[i].lap, memory_order_relaxed) <= lap)
			return i;
	}
	return PE_TREE_EPOCHS;
}

int pe_tree_find_in(struct pe_tree *t, uint64_t lap, uint32_t pid, uint32_t *entry)
{
	uint64_t version;
	uint32_t epoch;

	if (pid >= PE_TREE_PIDS)
		return -ERANGE;
	do {
		version = atomic_load_explicit(&t->version, memory_order_acquire);
		epoch = epoch_of(t, lap);
		if (epoch < PE_TREE_EPOCHS)
			*entry = entry_below(t, root_of(t, epoch), pid);
	} while (!undisturbed(t, version));
	return epoch < PE_TREE_EPOCHS ? 0 : -ESTALE;
}

/* --- the two bits (tree.2) --- */

static unsigned int set_expired(_Atomic uint32_t *entry, uint32_t slot)
{
	uint32_t seen = atomic_load_explicit(entry, memory_order_relaxed);

	while ((seen & PE_TREE_SLOT) == slot && !(seen & PE_TREE_EXPIRED))
		/* seq_cst: before `version` is read again, against the copier, which changes it and
		 * then reads the entry */
		if (atomic_compare_exchange_weak_explicit(entry, &seen, seen | PE_TREE_EXPIRED,
							  memory_order_seq_cst,
							  memory_order_relaxed))
			return 1;
	return 0;
}

unsigned int pe_tree_expire(struct pe_tree *t, uint32_t pid, uint32_t slot)
{
	unsigned int set = 0;
	uint64_t version;

	if (pid >= PE_TREE_PIDS || slot == 0)
		return 0;
	do {
		version = atomic_load_explicit(&t->version, memory_order_seq_cst);
		for (uint32_t i = 0; i < PE_TREE_EPOCHS; i++) {
			_Atomic uint32_t *entry = is_active(t, i) ? locate(t, root_of(t, i), pid)
								  : NULL;

			if (entry)
				set += set_expired(entry, slot);
		}
	} while (atomic_load_explicit(&t->version, memory_order_seq_cst) != version);
	return set;
}

static bool set_relearned(_Atomic uint32_t *entry)
{
	uint32_t seen = atomic_load_explicit(entry, memory_order_relaxed);

	while (pe_tree_stale(seen))
		if (atomic_compare_exchange_weak_explicit(entry, &seen, seen | PE_TREE_RELEARNED,
							  memory_order_seq_cst,
							  memory_order_relaxed))
			return true;
	return false;
}

bool pe_tree_relearn(struct pe_tree *t, uint32_t pid)
{
	bool was_stale = false;
	uint64_t version;

	if (pid >= PE_TREE_PIDS)
		return false;
	do {
		_Atomic uint32_t *entry;

		version = atomic_load_explicit(&t->version, memory_order_seq_cst);
		entry = locate(t, root_of(t, before_current(t, 0)), pid);
		if (entry)
			was_stale |= set_relearned(entry);
	} while (atomic_load_explicit(&t->version, memory_order_seq_cst) != version);
	return was_stale;
}

/* --- writers --- */

static void move_version(struct pe_tree *t)
{
	/* seq_cst: between the copy's publication and the last look at the original (tree.2) */
	atomic_fetch_add_explicit(&t->version, 1, memory_order_seq_cst);
	/* release: before all later writes into pages that are used again; see
	 * undisturbed() */
	atomic_thread_fence(memory_order_release);
}

static uint32_t new_node(struct pe_tree *t, uint32_t height, uint64_t lap)
{
	uint32_t index = pe_arena_alloc(arena_of(t, height));
	struct pe_tree_node *n;

	if (index == 0)
		return 0;
	n = node_at(t, height, index);
	n->lap = lap;
	for (unsigned int i = 0; i < PE_TREE_FANOUT; i++)
		atomic_store_explicit(&n->entry[i], 0, memory_order_relaxed);
	return index;
}

/*
 * The page was made in lap L and has been replaced by a copy in the current epoch C > L. It is
 * reached at most from the epochs L..C-1: an epoch reaches what it made and what it began with, and
 * from C on epochs begin with the copy. The youngest of these that is still active is the one
 * before C, which tree.7 keeps as long as C is current. Epochs are retired oldest first, so the
 * page is unreachable when that one is retired, and not before. L itself may be retired long
 * before.
 */
static void let_die(struct pe_tree *t, uint32_t height, uint32_t index)
{
	struct pe_tree_epoch *last = &t->epoch[before_current(t, 1)];
	uint32_t *list = height ? &last->dying_inner : &last->dying_leaf;

	node_at(t, height, index)->next = *list;
	*list = index;
	last->dying++;
}

/* Copy the bits that were set in the original after it was read; version has moved by now
 * (tree.2). */
static void merge_bits(struct pe_tree_node *copy, struct pe_tree_node *original)
{
	for (unsigned int i = 0; i < PE_TREE_FANOUT; i++) {
		uint32_t late = atomic_load_explicit(&original->entry[i], memory_order_seq_cst);
		uint32_t have = atomic_load_explicit(&copy->entry[i], memory_order_relaxed);

		if ((late & STATE_BITS) & ~have)
			atomic_fetch_or_explicit(&copy->entry[i], late & STATE_BITS,
						 memory_order_relaxed);
	}
}

static uint32_t copy_node(struct pe_tree *t, uint32_t height, uint32_t index, uint64_t lap,
			  _Atomic uint32_t *hung_at)
{
	uint32_t copy = pe_arena_alloc(arena_of(t, height));
	struct pe_tree_node *from = node_at(t, height, index), *to;

	if (copy == 0)
		return 0;
	to = node_at(t, height, copy);
	to->lap = lap;
	for (unsigned int i = 0; i < PE_TREE_FANOUT; i++)
		atomic_store_explicit(&to->entry[i],
				      atomic_load_explicit(&from->entry[i], memory_order_relaxed),
				      memory_order_relaxed);
	atomic_store_explicit(hung_at, copy, memory_order_release);
	move_version(t);
	if (height == 0)
		merge_bits(to, from);
	let_die(t, height, index);
	return copy;
}

/* The page linked at @hung_at, copied first if an older epoch made it (tree.1). 0: no memory. */
static uint32_t own_page(struct pe_tree *t, uint32_t height, _Atomic uint32_t *hung_at)
{
	uint64_t lap = pe_tree_lap(t);
	uint32_t index = atomic_load_explicit(hung_at, memory_order_relaxed);

	if (index == 0) {
		index = new_node(t, height, lap);
		atomic_store_explicit(hung_at, index, memory_order_release);
		return index;
	}
	if (node_at(t, height, index)->lap == lap)
		return index;
	return copy_node(t, height, index, lap, hung_at);
}

int pe_tree_store(struct pe_tree *t, uint32_t pid, uint32_t slot)
{
	_Atomic uint32_t *at = &t->epoch[before_current(t, 0)].root;

	if (pid >= PE_TREE_PIDS)
		return -ERANGE;
	for (uint32_t height = PE_TREE_HEIGHT; height-- > 0;) {
		uint32_t index = own_page(t, height, at);

		/* The pages made so far have the entries that were there before (tree.8). */
		if (index == 0)
			return -ENOMEM;
		at = &node_at(t, height, index)->entry[pe_tree_position(pid, height)];
	}
	atomic_store_explicit(at, slot, memory_order_release);
	return 0;
}

static void free_list(struct pe_tree *t, uint32_t height, uint32_t index)
{
	while (index) {
		uint32_t next = node_at(t, height, index)->next;

		pe_arena_free(arena_of(t, height), index);
		index = next;
	}
}

static void retire(struct pe_tree *t, struct pe_tree_epoch *e)
{
	/* The root stays: a reader that saw the epoch active may still read it, and must not take
	 * it for an empty one. After the version has moved, such a reader starts again and finds
	 * the epoch gone (tree.6). */
	atomic_store_explicit(&e->state, 0, memory_order_release);
	move_version(t);
	free_list(t, 1, e->dying_inner);
	free_list(t, 0, e->dying_leaf);
	e->dying_inner = 0;
	e->dying_leaf = 0;
	e->dying = 0;
}

void pe_tree_init(struct pe_tree *t, struct pe_arena *inner, struct pe_arena *leaf, uint64_t lap)
{
	t->inner = inner;
	t->leaf = leaf;
	atomic_store(&t->version, 0);
	atomic_store(&t->current, 0);
	for (uint32_t i = 0; i < PE_TREE_EPOCHS; i++) {
		struct pe_tree_epoch *e = &t->epoch[i];

		atomic_store(&e->lap, lap);
		atomic_store(&e->root, 0);
		atomic_store(&e->state, i == 0);
		e->dying_inner = 0;
		e->dying_leaf = 0;
		e->dying = 0;
	}
}

void pe_tree_begin(struct pe_tree *t, uint64_t lap)
{
	uint32_t now = before_current(t, 0), next = before_current(t, PE_TREE_EPOCHS - 1);
	struct pe_tree_epoch *e = &t->epoch[next];

	if (is_active(t, next))
		retire(t, e);
	/* lap and root before state, and all before current: a reader that sees one sees the
	 * others */
	atomic_store_explicit(&e->lap, lap, memory_order_relaxed);
	atomic_store_explicit(&e->root, root_of(t, now), memory_order_release);
	atomic_store_explicit(&e->state, 1, memory_order_release);
	atomic_store_explicit(&t->current, next, memory_order_release);
}

unsigned int pe_tree_retire(struct pe_tree *t, uint64_t lap)
{
	unsigned int count = 0;

	/* oldest first; 0 is the current and 1 the previous (tree.7) */
	for (uint32_t back = PE_TREE_EPOCHS - 1; back >= 2; back--) {
		struct pe_tree_epoch *e = &t->epoch[before_current(t, back)];

		if (atomic_load(&e->state) && atomic_load(&e->lap) < lap) {
			retire(t, e);
			count++;
		}
	}
	return count;
}

size_t pe_tree_old_bytes(const struct pe_tree *t)
{
	size_t nodes = 0;

	for (uint32_t i = 0; i < PE_TREE_EPOCHS; i++)
		nodes += t->epoch[i].dying;
	return nodes * sizeof(struct pe_tree_node);
}
