// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A walk that is overtaken by whole laps reads pages that were freed and reused at another height.
 * It finds nothing, or a correct entry; it mistakes no index of a leaf for one of an inner page.
 * (Many leaves and few inner pages: such an index has no memory behind it, and the walk ended with
 * SIGSEGV.)
 */
#include <pthread.h>
#include <stdint.h>

#include "../support/attack.h"
#include "core/memory/tree.h"

#define FIRST	300u
#define NUMBERS 32000u
#define STORES	300000u
#define WALKERS 4

static struct pe_tree tree;
static struct pe_arena inner, leaf;
static pe_arena_chunks inner_chunks, leaf_chunks;
static _Alignas(8) char first_inner[10 * sizeof(struct pe_tree_node)];
static _Alignas(8) char first_leaf[4 * sizeof(struct pe_tree_node)];
static _Atomic bool done;

static uint32_t some_number(uint32_t *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return FIRST + (*seed >> 8) % NUMBERS;
}

/* a pid's slot is always the same one here, so whatever is found must name it */
static uint32_t slot_of(uint32_t pid)
{
	return pid + 1;
}

static void *walk(void *at)
{
	uint32_t seed = (uint32_t)(uintptr_t)at;

	while (!done) {
		uint32_t pid = some_number(&seed), slot;

		pe_tree_expire(&tree, pid, slot_of(pid));
		slot = pe_tree_find(&tree, pid) & PE_TREE_SLOT;
		if (slot != 0 && slot != slot_of(pid))
			attack_fail("%u has slot %u", pid, slot);
	}
	return NULL;
}

static void set_up(void)
{
	struct pe_arena_layout layout = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 128,
		.limit = 1 << 20,
		.chunks = inner_chunks,
		.first = first_inner,
		.first_bytes = sizeof(first_inner),
	};

	pe_arena_init(&inner, &layout);
	layout.chunks = leaf_chunks;
	layout.first = first_leaf;
	layout.first_bytes = sizeof(first_leaf);
	pe_arena_init(&leaf, &layout);
	pe_tree_init(&tree, &inner, &leaf, 1);
	for (uint32_t pid = FIRST; pid < FIRST + NUMBERS; pid += PE_TREE_FANOUT)
		if (pe_tree_store(&tree, pid, slot_of(pid)) != 0)
			attack_fail("no memory");
}

int main(void)
{
	pthread_t walker[WALKERS];
	uint32_t seed = 7;

	set_up();
	for (int i = 0; i < WALKERS; i++)
		if (pthread_create(&walker[i], NULL, walk, (void *)(uintptr_t)(i + 1)) != 0)
			attack_fail("no thread");
	for (uint32_t i = 0; i < STORES; i++) {
		uint32_t pid = some_number(&seed);

		if (i % 3 == 0)
			pe_tree_begin(&tree, 2 + i);
		if (pe_tree_store(&tree, pid, slot_of(pid)) != 0)
			attack_fail("no memory");
	}
	done = true;
	for (int i = 0; i < WALKERS; i++)
		pthread_join(walker[i], NULL);
	return 0;
}
