/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: whatever a writer does, a reader finds what belongs to its pid in its epoch, and an
 * expiry is never lost.
 *
 * One writer stores new process instances, begins epochs and retires them; two threads expire what
 * was stored, and look at once; one reads the current epoch and one the older ones. Which slot
 * belongs to a pid in an epoch follows from both, so an impossible answer shows. Also run under
 * ThreadSanitizer (tree_tsan.sh).
 *
 * tree_readers [STORES]
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/memory/tree.h"

#define NUMBERS 200u /* slot s is of number_of(s), and of the same pid every NUMBERS slots */
#define PER_EPOCH                                                                                  \
	50u /* stores; an epoch's lap is the first slot that may be stored in it, less one */
#define STORES 200000u

static struct pe_tree tree;
static struct pe_arena inner, leaf;
static pe_arena_chunks inner_chunks, leaf_chunks;
static _Atomic uint32_t stored, done;
static _Atomic unsigned long wrong, lost_expiry, reads, old_reads;
/* not atomic: a reader that finds a slot in the tree sees what was written before it was stored */
static uint32_t *number_in_slot;

static uint32_t number_of(uint32_t slot)
{
	return 300 + slot * 7 % NUMBERS;
}

static void store(uint32_t slot)
{
	number_in_slot[slot] = number_of(slot);
	if (pe_tree_store(&tree, number_of(slot), slot) != 0) {
		fprintf(stderr, "no memory\n");
		exit(2);
	}
	atomic_store_explicit(&stored, slot, memory_order_relaxed);
}

static void *write_tree(void *stores)
{
	uint32_t most = *(uint32_t *)stores;

	/* on a busy machine all could be stored before a reader runs */
	while (!atomic_load(&reads) || !atomic_load(&old_reads))
		sched_yield();
	for (uint32_t slot = NUMBERS + 1; slot <= most; slot++) {
		store(slot);
		if (slot % PER_EPOCH == 0)
			pe_tree_begin(&tree, slot);
		if (slot % (PER_EPOCH * 7) == PER_EPOCH / 2)
			pe_tree_retire(&tree, slot);
	}
	atomic_store(&done, 1);
	return NULL;
}

/* The tree's entry for the slot's pid, after any copy in progress has been finished (tree.2). */
static uint32_t look_for_expiry(uint32_t slot)
{
	uint32_t seen = atomic_load(&stored);
	uint32_t entry = pe_tree_find(&tree, number_of(slot));

	if ((entry & PE_TREE_SLOT) != slot || (entry & PE_TREE_EXPIRED))
		return entry;
	/* the store under way, and whatever followed it, is over when the second one from here
	 * is */
	while (atomic_load(&stored) < seen + 2 && !atomic_load(&done))
		sched_yield();
	return pe_tree_find(&tree, number_of(slot));
}

/* Expires every second slot, soon after it was stored: odd ones or even ones. */
static void *expire_slots(void *parity)
{
	uint32_t slot = 1 + (parity != NULL);

	for (;;) {
		uint32_t entry;

		while (slot > atomic_load(&stored))
			if (atomic_load(&done) && slot > atomic_load(&stored))
				return NULL;
		pe_tree_expire(&tree, number_of(slot), slot);
		entry = look_for_expiry(slot);
		if ((entry & PE_TREE_SLOT) == slot && !(entry & PE_TREE_EXPIRED))
			atomic_fetch_add(&lost_expiry, 1);
		slot += 2;
	}
}

static bool belongs(uint32_t slot, uint32_t pid)
{
	return slot != 0 && number_in_slot[slot] == pid;
}

/* Every pid has a slot from the start, and its slots only grow. */
static void *read_tree(void *unused)
{
	static uint32_t last[NUMBERS];

	(void)unused;
	for (uint32_t n = 0; !atomic_load_explicit(&done, memory_order_relaxed); n++) {
		uint32_t pid = 300 + n % NUMBERS;
		uint32_t slot = pe_tree_find(&tree, pid) & PE_TREE_SLOT;

		if (!belongs(slot, pid) || slot < last[n % NUMBERS])
			atomic_fetch_add(&wrong, 1);
		last[n % NUMBERS] = slot;
		atomic_fetch_add_explicit(&reads, 1, memory_order_relaxed);
	}
	return NULL;
}

/* An epoch in which all has been stored has exactly one slot for a pid, the last up to the next
 * epoch; one that is still being written may have the one before. */
static bool possible(uint64_t lap, uint32_t pid, uint32_t slot, bool written)
{
	uint64_t end = lap + PER_EPOCH;

	return belongs(slot, pid) &&
	       ((slot <= end && slot + NUMBERS > end) ||
		(written && slot + NUMBERS <= end && slot + 2 * NUMBERS > end));
}

static void *read_older(void *unused)
{
	(void)unused;
	for (uint32_t n = 0; !atomic_load_explicit(&done, memory_order_relaxed); n++) {
		uint64_t lap = pe_tree_lap(&tree);
		uint64_t back = n % (PE_TREE_EPOCHS + 1) * PER_EPOCH;
		uint32_t pid = 300 + n % NUMBERS, entry = 0;
		int result;

		if (lap < back + NUMBERS)
			continue;
		result = pe_tree_find_in(&tree, lap - back, pid, &entry);
		if (result == 0 && !possible(lap - back, pid, entry & PE_TREE_SLOT, back == 0))
			atomic_fetch_add(&wrong, 1);
		if (result != 0 && result != -ESTALE)
			atomic_fetch_add(&wrong, 1);
		atomic_fetch_add_explicit(&old_reads, result == 0, memory_order_relaxed);
	}
	return NULL;
}

/* Every slot was expired in the end, in every epoch that still shows it. */
static unsigned long count_unexpired(void)
{
	unsigned long found = 0;

	for (uint32_t e = 0; e < PE_TREE_EPOCHS; e++)
		for (uint32_t i = 0; i < NUMBERS && tree.epoch[e].state; i++) {
			uint32_t entry = 0;

			pe_tree_find_in(&tree, tree.epoch[e].lap, 300 + i, &entry);
			found += entry && !(entry & PE_TREE_EXPIRED);
		}
	return found;
}

static void start(void)
{
	const struct pe_arena_layout node = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 64,
		.limit = 10000,
	};
	struct pe_arena_layout a = node, b = node;

	a.chunks = inner_chunks;
	b.chunks = leaf_chunks;
	pe_arena_init(&inner, &a);
	pe_arena_init(&leaf, &b);
	pe_tree_init(&tree, &inner, &leaf, 0);
	for (uint32_t slot = 1; slot <= NUMBERS; slot++)
		store(slot);
	pe_tree_begin(&tree, NUMBERS);
}

int main(int argc, char **argv)
{
	uint32_t stores = argc > 1 ? (uint32_t)atol(argv[1]) : STORES;
	pthread_t t[5];
	unsigned long unexpired;

	number_in_slot = calloc(stores + 1, sizeof(*number_in_slot));
	if (stores < NUMBERS || !number_in_slot)
		return 99;
	start();
	pthread_create(&t[0], NULL, expire_slots, NULL);
	pthread_create(&t[1], NULL, expire_slots, &tree);
	pthread_create(&t[2], NULL, read_tree, NULL);
	pthread_create(&t[3], NULL, read_older, NULL);
	pthread_create(&t[4], NULL, write_tree, &stores);
	for (int i = 0; i < 5; i++)
		pthread_join(t[i], NULL);
	unexpired = count_unexpired();
	printf("%u stores, %lu reads, %lu of older epochs: %lu wrong, %lu expiries lost, %lu in the end; %u pages made\n",
	       stores, reads, old_reads, wrong, lost_expiry, unexpired,
	       pe_arena_last(&inner) + pe_arena_last(&leaf));
	return wrong || lost_expiry || unexpired || reads == 0 || old_reads == 0;
}
