/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree_model.h"

#include <stdbool.h>
#include <string.h>

#include "core/memory/tree.h"

#define NUMBERS	  32
#define FIRST_LAP 5
#define PAGES	  4096 /* more than any run can make */

/* Neighbours, both ends of leaves and of inner pages, both ends of everything. */
static const uint32_t numbers[NUMBERS] = {
	1,	 2,	  63,	   64,	    65,	     127,     128,     300,
	301,	 4095,	  4096,	   4097,    8191,    32767,   32768,   65535,
	65536,	 99999,	  131071,  131072,  262143,  262144,  262145,  524288,
	1000000, 1048575, 2097151, 2097152, 4194302, 4194303, 4194304, 16777215,
};

struct epoch {
	uint64_t lap;
	uint32_t entry[NUMBERS];
};

static struct pe_tree tree;
static struct pe_arena inner, leaf;
static pe_arena_chunks inner_chunks, leaf_chunks;
static struct epoch epochs[PE_TREE_EPOCHS]; /* [0] the current one, then older ones */
static unsigned int active;
static uint32_t next_slot, peak[2]; /* most pages in use at a time: leaves, inner ones */

static void begin(void)
{
	const struct pe_arena_layout node = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 64,
		.limit = PAGES,
	};
	struct pe_arena_layout a = node, b = node;

	/* chunks of an earlier run are kept mapped: a run may be one of a million */
	a.chunks = inner_chunks;
	b.chunks = leaf_chunks;
	pe_arena_init(&inner, &a);
	pe_arena_init(&leaf, &b);
	pe_tree_init(&tree, &inner, &leaf, FIRST_LAP);
	memset(epochs, 0, sizeof(epochs));
	epochs[0].lap = FIRST_LAP;
	active = 1;
	next_slot = 1;
	memset(peak, 0, sizeof(peak));
}

/* --- operations, on both --- */

/* @spare: so many new pages of each kind may be had */
static const char *store(unsigned int which, uint32_t spare)
{
	bool starved = spare < PE_TREE_HEIGHT - 1;
	int result;

	inner.limit = starved ? pe_arena_last(&inner) + spare : PAGES;
	leaf.limit = starved ? pe_arena_last(&leaf) + spare / 2 : PAGES;
	result = pe_tree_store(&tree, numbers[which], next_slot);
	if (pe_arena_last(&inner) > inner.limit || pe_arena_last(&leaf) > leaf.limit)
		return "tree.8: memory that was refused is used";
	if (result == 0)
		epochs[0].entry[which] = next_slot;
	else if (!starved || result != -ENOMEM)
		return "tree.8: a store failed without need";
	next_slot++;
	return NULL;
}

static const char *expire(unsigned int which, unsigned int back)
{
	uint32_t slot = epochs[back % active].entry[which] & PE_TREE_SLOT;

	pe_tree_expire(&tree, numbers[which], slot ? slot : next_slot);
	for (unsigned int i = 0; slot && i < active; i++)
		if ((epochs[i].entry[which] & PE_TREE_SLOT) == slot)
			epochs[i].entry[which] |= PE_TREE_EXPIRED;
	return NULL;
}

static const char *relearn(unsigned int which)
{
	bool was = pe_tree_stale(epochs[0].entry[which]);

	if (was)
		epochs[0].entry[which] |= PE_TREE_RELEARNED;
	return pe_tree_relearn(&tree, numbers[which]) == was
		       ? NULL
		       : "tree.2: relearn says the wrong thing";
}

static const char *next_epoch(unsigned int skip)
{
	memmove(&epochs[1], &epochs[0], sizeof(epochs) - sizeof(epochs[0]));
	epochs[0].lap += 1 + skip % 3;
	pe_tree_begin(&tree, epochs[0].lap);
	if (active < PE_TREE_EPOCHS)
		active++;
	return NULL;
}

static const char *retire(unsigned int back)
{
	uint64_t below = epochs[back % active].lap;
	unsigned int expected = 0;

	while (active > 2 && epochs[active - 1].lap < below) {
		active--;
		expected++;
	}
	return pe_tree_retire(&tree, below) == expected ? NULL
							: "tree.7: retired too much or too little";
}

/* --- comparison --- */

static const char *compare(unsigned int which)
{
	uint32_t entry = pe_tree_find(&tree, numbers[which]);

	if (entry != epochs[0].entry[which])
		return "tree.1 or tree.2: the current epoch differs";
	for (unsigned int i = 0; i < active; i++) {
		/* RELEARNED is about now; an older epoch that shares the page may show it too */
		if (pe_tree_find_in(&tree, epochs[i].lap, numbers[which], &entry) != 0)
			return "tree.7: an active epoch is not to be found";
		if ((entry ^ epochs[i].entry[which]) & ~PE_TREE_RELEARNED)
			return "tree.1 or tree.2: an older epoch differs";
	}
	if (pe_tree_find_in(&tree, epochs[active - 1].lap - 1, numbers[which], &entry) != -ESTALE)
		return "tree.7: a retired epoch answers";
	return NULL;
}

static bool mark(bool *seen, uint32_t index)
{
	bool fresh = index && !seen[index];

	seen[index] = true;
	return fresh;
}

static void count(uint32_t index, uint32_t height, bool (*seen)[PAGES + 1], uint32_t *pages)
{
	struct pe_tree_node *n;

	if (!mark(seen[height > 0], index))
		return;
	pages[height > 0]++;
	n = pe_arena_at(height ? &inner : &leaf, index);
	for (unsigned int i = 0; height && i < PE_TREE_FANOUT; i++)
		count(n->entry[i], height - 1, seen, pages);
}

static const char *no_page_is_lost(void)
{
	static bool seen[2][PAGES + 1];
	uint32_t pages[2] = { 0, 0 }, current;

	memset(seen, 0, sizeof(seen));
	count(tree.epoch[tree.current].root, PE_TREE_HEIGHT - 1, seen, pages);
	current = pages[0] + pages[1];
	for (unsigned int i = 0; i < PE_TREE_EPOCHS; i++)
		if (tree.epoch[i].state)
			count(tree.epoch[i].root, PE_TREE_HEIGHT - 1, seen, pages);
	if (pe_tree_old_bytes(&tree) !=
	    (pages[0] + pages[1] - current) * sizeof(struct pe_tree_node))
		return "S9: what only older epochs hold is miscounted";
	/* a starved store may have made a page or two on a way that it could not finish: they hang
	 * in the tree */
	if (pages[0] != leaf.live || pages[1] != inner.live)
		return "tree.6: a page is lost, or given back while an epoch reaches it";
	if (pe_arena_last(&leaf) > peak[0] || pe_arena_last(&inner) > peak[1])
		return "arena.3: a page that was given back is not used again";
	return NULL;
}

static void note_peak(void)
{
	peak[0] = leaf.live > peak[0] ? leaf.live : peak[0];
	peak[1] = inner.live > peak[1] ? inner.live : peak[1];
}

static const char *operate(uint8_t what, uint8_t how)
{
	unsigned int which = how % NUMBERS;

	switch (what % 16) {
	default:
		return store(which, PAGES);
	case 6:
		return store(which, what / 16u % (PE_TREE_HEIGHT - 1));
	case 7:
	case 8:
	case 9:
	case 10:
		return expire(which, what / 16u);
	case 11:
	case 12:
		return relearn(which);
	case 13:
	case 14:
		return next_epoch(how);
	case 15:
		return retire(how);
	}
}

const char *tree_model_run(const uint8_t *data, size_t size)
{
	const char *wrong = NULL;

	begin();
	for (size_t i = 0; !wrong && i + 1 < size; i += 2) {
		wrong = operate(data[i], data[i + 1]);
		note_peak();
		if (!wrong)
			wrong = compare(data[i + 1] % NUMBERS);
	}
	for (unsigned int which = 0; !wrong && which < NUMBERS; which++)
		wrong = compare(which);
	return wrong ? wrong : no_page_is_lost();
}
