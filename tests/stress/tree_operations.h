/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tree_operations - trees to begin with, operations on them, and what can be seen of a tree, for
 * tree_steps.c. */
#ifndef PE_TESTS_TREE_OPERATIONS_H
#define PE_TESTS_TREE_OPERATIONS_H

#include <stdbool.h>
#include <string.h>

#include "core/memory/tree.h"

#define LAPS	20u
#define NUMBERS 6u
#define PAGES	400u
#define Q                                                                                          \
	262144u /* the first of its page on each level but one: loops over pages reach it at once */

static struct pe_tree tree;
static struct pe_arena inner, leaf;
static pe_arena_chunks inner_chunks, leaf_chunks;
/* Where the pages of four epochs are shared by all, by some, and by none. */
static const uint32_t numbers[NUMBERS] = { Q, Q + 1, Q + 64, Q + 4096, 4194303, 300 };

/* --- the visible state of a tree, except the places of pages --- */

struct seen {
	uint32_t now[NUMBERS];
	int result[LAPS][NUMBERS];
	uint32_t entry[LAPS][NUMBERS];
};

struct outcome {
	long first, second; /* what the operations returned */
	struct seen looked; /* by the operation `look`, otherwise zero */
	struct seen after;
	size_t old_bytes;
	uint32_t pages[2];
	bool pages_held; /* every page in use is reached by an active epoch */
};

static struct seen looked;

static void see(struct seen *s)
{
	for (unsigned int n = 0; n < NUMBERS; n++) {
		s->now[n] = pe_tree_find(&tree, numbers[n]);
		for (uint64_t lap = 0; lap < LAPS; lap++)
			s->result[lap][n] =
				pe_tree_find_in(&tree, lap, numbers[n], &s->entry[lap][n]);
	}
	/* RELEARNED concerns the present; an older epoch that shares the page may show it, too */
	for (unsigned int i = 0; i < LAPS * NUMBERS; i++)
		s->entry[i / NUMBERS][i % NUMBERS] &= ~PE_TREE_RELEARNED;
}

static void count(uint32_t index, uint32_t height, bool (*met)[PAGES + 1], uint32_t *pages)
{
	struct pe_tree_node *n;

	if (index == 0 || met[height > 0][index])
		return;
	met[height > 0][index] = true;
	pages[height > 0]++;
	n = pe_arena_at(height ? &inner : &leaf, index);
	for (unsigned int i = 0; height && i < PE_TREE_FANOUT; i++)
		count(n->entry[i], height - 1, met, pages);
}

static bool every_page_is_held(void)
{
	static bool met[2][PAGES + 1];
	uint32_t pages[2] = { 0, 0 };

	memset(met, 0, sizeof(met));
	for (unsigned int i = 0; i < PE_TREE_EPOCHS; i++)
		if (tree.epoch[i].state)
			count(tree.epoch[i].root, PE_TREE_HEIGHT - 1, met, pages);
	return pages[0] == leaf.live && pages[1] == inner.live;
}

static void observe(struct outcome *o)
{
	o->looked = looked;
	see(&o->after);
	o->old_bytes = pe_tree_old_bytes(&tree);
	o->pages[0] = leaf.live;
	o->pages[1] = inner.live;
	o->pages_held = every_page_is_held();
}

/* --- trees to begin with --- */

static uint64_t lap, first_lap;

static void next(void)
{
	pe_tree_begin(&tree, ++lap);
}

static void plain(void)
{
	/* Small chunks: a lookup of a missing page ends at once. */
	const struct pe_arena_layout node = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 8,
		.limit = PAGES,
	};
	struct pe_arena_layout a = node, b = node;

	a.chunks = inner_chunks;
	b.chunks = leaf_chunks;
	pe_arena_init(&inner, &a);
	pe_arena_init(&leaf, &b);
	lap = PE_TREE_EPOCHS; /* there are older epochs to ask for */
	pe_tree_init(&tree, &inner, &leaf, lap);
	pe_tree_store(&tree, Q, 7);
}

/* one epoch, its pages its own */
static void one(void)
{
	plain();
	pe_tree_store(&tree, Q + 64, 5);
}

/* a new epoch that shares all of its pages; the next one takes the ring's first place, where an
 * expire has been already */
static void shared(void)
{
	plain();
	while (tree.current != PE_TREE_EPOCHS - 1)
		next();
	pe_tree_retire(&tree, lap);
}

static void shared_and_stale(void)
{
	shared();
	pe_tree_expire(&tree, Q, 7);
}

/* the largest number of epochs, each with its own pages and the last without any */
static void full(void)
{
	plain();
	for (uint32_t i = 0; i < PE_TREE_EPOCHS + 1; i++) {
		pe_tree_store(&tree, Q + 1, 20 + i);
		pe_tree_store(&tree, Q + 4096, 30 + i);
		next();
	}
}

/* the same, and the last has its own pages: a reader of an old epoch is warned only by its end */
static void full_and_own(void)
{
	full();
	pe_tree_expire(&tree, Q, 7);
	pe_tree_store(&tree, Q + 1, 40);
}

static const struct {
	const char *name;
	void (*make)(void);
} worlds[] = {
	{ "one", one },
	{ "shared", shared },
	{ "shared_and_stale", shared_and_stale },
	{ "full", full },
	{ "full_and_own", full_and_own },
};

#define WORLDS (sizeof(worlds) / sizeof(worlds[0]))

/* --- operations --- */

static long find(void)
{
	return pe_tree_find(&tree, Q);
}

static long find_in(uint64_t in)
{
	uint32_t entry = 0;
	int result = pe_tree_find_in(&tree, in, Q, &entry);

	return result ? result : (long)entry;
}

static long find_oldest(void)
{
	return find_in(first_lap - (PE_TREE_EPOCHS - 1));
}

static long find_previous(void)
{
	return find_in(first_lap - 1);
}

static long look(void)
{
	see(&looked);
	return 0;
}

/* It goes from epoch to epoch: how many it found to mark may lie between what the two orders
 * give. */
static long expire(void)
{
	pe_tree_expire(&tree, Q, 7);
	return 0;
}

static long relearn(void)
{
	return pe_tree_relearn(&tree, Q);
}

static long store_again(void)
{
	return pe_tree_store(&tree, Q, 8);
}

static long store_beside(void)
{
	return pe_tree_store(&tree, Q + 1, 9);
}

static long store_apart(void)
{
	return pe_tree_store(&tree, 4194303, 10);
}

static long begin(void)
{
	next();
	return 0;
}

/* one of them */
static long retire(void)
{
	return pe_tree_retire(&tree, first_lap - (PE_TREE_EPOCHS - 2));
}

/* as many leaves as there are no inner pages, then every old epoch goes, and inner pages are used
 * again for leaves' parents */
static long use_pages_again(void)
{
	for (uint32_t i = 0; i < PE_TREE_EPOCHS; i++) {
		next();
		for (uint32_t n = 0; n < 20; n++)
			pe_tree_store(&tree, Q + n * PE_TREE_FANOUT, 100 + n);
	}
	for (uint32_t n = 0; n < 8; n++)
		pe_tree_store(&tree, Q + (n << 18), 200 + n);
	return 0;
}

/* the other way round: more inner pages than leaves, and a leaf's parent is used again as a root */
static long use_pages_apart(void)
{
	for (uint32_t i = 0; i < PE_TREE_EPOCHS; i++) {
		next();
		for (uint32_t n = 0; n < 8; n++)
			pe_tree_store(&tree, Q + (n << 18), 100 + n);
		pe_tree_store(&tree, 300, 200 + i);
	}
	return 0;
}

struct operation {
	const char *name;
	long (*run)(void);
	bool writes;
	enum { EITHER, FIRST, SECOND } place; /* only to be interrupted, only to interrupt */
};

static const struct operation operations[] = {
	{ "find", find, false, FIRST },
	{ "find_oldest", find_oldest, false, FIRST },
	{ "find_previous", find_previous, false, FIRST },
	{ "look", look, false, SECOND },
	{ "expire", expire, false, EITHER },
	{ "relearn", relearn, false, EITHER },
	{ "store_again", store_again, true, EITHER },
	{ "store_beside", store_beside, true, SECOND },
	{ "store_apart", store_apart, true, EITHER },
	{ "begin", begin, true, EITHER },
	{ "retire", retire, true, EITHER },
	{ "use_pages_again", use_pages_again, true, SECOND },
	{ "use_pages_apart", use_pages_apart, true, SECOND },
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/* tree.4: one writer at a time. An expire between two epochs is visible to a reader of both. */
static bool may_meet(const struct operation *first, const struct operation *second)
{
	return first->place != SECOND && second->place != FIRST &&
	       !(first->writes && second->writes) && !(first->run == expire && second->run == look);
}

#endif
