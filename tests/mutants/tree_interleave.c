/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree_interleave - two threads in the tree, one step at a time and the same way each time.
 *
 * Built by tree.sh with a copy of tree.c in which explore() is called where one thread can be held
 * up. There the other thread's whole operation is run, as a handler might: the code under test does
 * not depend on which thread runs it.
 *
 *   COPYING   a copier has read the page and not inserted the copy yet
 *   SETTING   a setter has found the entry and not set its bit yet
 *   WALKING   a reader has the index of a page and not looked into it yet
 *   ASKING    a reader has chosen the epoch and not read its root yet
 *   RETIRING  an epoch is no longer active and `version` has not moved yet
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/memory/tree.h"

enum { COPYING, SETTING, WALKING, ASKING, RETIRING };

static struct pe_tree tree;
static struct pe_arena inner, leaf;
static pe_arena_chunks inner_chunks, leaf_chunks;
static int armed_point = -1, failed;
static unsigned int armed_after;
static uint64_t next_lap;
static void (*armed)(void);
static jmp_buf halted;

void explore(int point);

void explore(int point)
{
	void (*other)(void) = armed;

	if (point != armed_point || !other || armed_after-- > 0)
		return;
	armed = NULL;
	other();
}

static void arm(int point, unsigned int after, void (*other)(void))
{
	armed_point = point;
	armed_after = after;
	armed = other;
}

static void start(void)
{
	const struct pe_arena_layout node = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 64,
		.limit = 1000,
	};
	struct pe_arena_layout a = node, b = node;

	a.chunks = inner_chunks;
	b.chunks = leaf_chunks;
	pe_arena_init(&inner, &a);
	pe_arena_init(&leaf, &b);
	pe_tree_init(&tree, &inner, &leaf, 1);
	/* The next epoch takes the ring's first place: an expire that walks the ring has been there
	 * already. */
	for (next_lap = 2; tree.current != PE_TREE_EPOCHS - 1; next_lap++)
		pe_tree_begin(&tree, next_lap);
	pe_tree_retire(&tree, next_lap); /* so that the next one need not */
	pe_tree_store(&tree, 300, 7);
}

static void expect(const char *promise, uint32_t entry, uint32_t expected)
{
	/* the other thread's operation must have run, or nothing was tried */
	if (!armed && entry == expected)
		return;
	printf("%s: entry %x, expected %x%s\n", promise, entry, expected,
	       armed ? " (not reached)" : "");
	failed = 1;
}

static void expire_it(void)
{
	pe_tree_expire(&tree, 300, 7);
}

static void relearn_it(void)
{
	pe_tree_relearn(&tree, 300);
}

/* the page that holds 300 is copied into a new epoch */
static void copy_page(void)
{
	pe_tree_begin(&tree, next_lap);
	pe_tree_store(&tree, 301, 8);
}

/* the page is copied, the old one given back, and used again for other pids */
static void reuse_page(void)
{
	uint32_t slot = 8;

	for (uint64_t last = next_lap + 6; next_lap < last; next_lap++) {
		pe_tree_begin(&tree, next_lap);
		pe_tree_store(&tree, 301, slot++);
	}
	for (uint32_t n = 0; n < 8; n++)
		pe_tree_store(&tree, 300 % 64 + 64 * (100 + n), 1000 + n);
}

static void retire_and_reuse(void)
{
	pe_tree_retire(&tree, next_lap);
	for (uint32_t n = 0; n < 8; n++)
		pe_tree_store(&tree, 300 % 64 + 64 * (100 + n), 1000 + n);
}

/* A reader of an old epoch meets no copier on its way: that the epoch is retired must report it. */
static void read_old_epoch(void)
{
	uint64_t old;
	uint32_t entry = 0;
	int result;

	start();
	old = next_lap - 1;
	copy_page();
	for (int i = 0; i < 2; i++)
		pe_tree_begin(&tree, ++next_lap);
	pe_tree_store(&tree, 9999, 9); /* a root of its own: what follows copies nothing */
	next_lap++;
	arm(WALKING, 2, retire_and_reuse);
	result = pe_tree_find_in(&tree, old, 300, &entry);
	expect("tree.6: an old epoch read while it is retired", result == -ESTALE, 1);
}

static void halt(void)
{
	longjmp(halted, 1);
}

/* as if its thread were stopped there, or lost in a fork (tree.9) */
static void retire_and_halt(void)
{
	arm(RETIRING, 0, halt);
	if (!setjmp(halted))
		pe_tree_retire(&tree, next_lap);
}

static void read_old_epoch_half_retired(void)
{
	uint64_t old;
	uint32_t entry = 0;
	int result;

	start();
	old = next_lap - 1;
	for (int i = 0; i < 3; i++)
		pe_tree_begin(&tree, next_lap++);
	arm(ASKING, 0, retire_and_halt);
	result = pe_tree_find_in(&tree, old, 300, &entry);
	expect("tree.6: an old epoch read while it is half retired", result == 0 ? entry : 7, 7);
	result = pe_tree_find_in(&tree, old, 300, &entry);
	expect("tree.9: an old epoch read when it is half retired", result == -ESTALE, 1);
}

int main(void)
{
	/* COPYING comes for each of the four levels; the leaf is the last */
	for (unsigned int level = 0; level < 4; level++) {
		start();
		arm(COPYING, level, expire_it);
		copy_page();
		expect("tree.2: expired while the page is copied", pe_tree_find(&tree, 300),
		       7 | PE_TREE_EXPIRED);
	}
	start();
	arm(SETTING, 0, copy_page);
	expire_it();
	expect("tree.2: copied while the bit is set", pe_tree_find(&tree, 300),
	       7 | PE_TREE_EXPIRED);

	start();
	expire_it();
	arm(COPYING, 3, relearn_it);
	copy_page();
	expect("tree.2: relearned while the page is copied", pe_tree_find(&tree, 300),
	       7 | PE_TREE_EXPIRED | PE_TREE_RELEARNED);

	start();
	expire_it();
	arm(SETTING, 0, copy_page);
	relearn_it();
	expect("tree.2: copied while it is relearned", pe_tree_find(&tree, 300),
	       7 | PE_TREE_EXPIRED | PE_TREE_RELEARNED);

	for (unsigned int level = 0; level < 3; level++) {
		start();
		arm(WALKING, level, reuse_page);
		expect("tree.6: read while pages are used again", pe_tree_find(&tree, 300), 7);
	}
	read_old_epoch();
	read_old_epoch_half_retired();
	return failed;
}
