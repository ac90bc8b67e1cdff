/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "others.h"

void pe_others_init(struct pe_others *o, struct pe_arena *inner, struct pe_arena *leaf,
		    _Atomic(char *) *chunks, uint32_t limit)
{
	const struct pe_arena_layout layout = {
		.object = sizeof(struct pe_other),
		.link = offsetof(struct pe_other, link),
		.per_chunk = PE_OTHERS_PER_CHUNK,
		.limit = limit,
		.chunks = chunks,
	};

	pe_arena_init(&o->known, &layout);
	pe_tree_init(&o->tree, inner, leaf, 1);
	o->hand = 0;
}

static struct pe_other *find(struct pe_others *o, uint32_t number)
{
	uint32_t index = pe_tree_find(&o->tree, number);

	return index ? pe_arena_at(&o->known, index) : NULL;
}

const struct pe_other *pe_others_find(struct pe_others *o, uint32_t number)
{
	return find(o, number);
}

/* a new place, or the next one round (O.3) */
static uint32_t place(struct pe_others *o)
{
	uint32_t index = pe_arena_alloc(&o->known), last;

	if (index)
		return index;
	last = pe_arena_last(&o->known);
	if (last == 0)
		return 0;
	o->hand = o->hand % last + 1;
	/* its page is there already: this cannot fail */
	pe_tree_store(&o->tree, ((struct pe_other *)pe_arena_at(&o->known, o->hand))->number, 0);
	return o->hand;
}

int pe_others_note(struct pe_others *o, uint32_t number, const struct pe_identity *who,
		   uint64_t lap)
{
	struct pe_other *known = find(o, number);
	uint32_t index;

	if (known) {
		if (known->who.id != who->id || known->who.kind != who->kind) {
			known->who = *who;
			known->since = lap;
		}
		return 0;
	}
	index = place(o);
	if (!index)
		return -ENOMEM;
	*(struct pe_other *)pe_arena_at(&o->known, index) =
		(struct pe_other){ .who = *who, .since = lap, .number = number };
	if (pe_tree_store(&o->tree, number, index) == 0)
		return 0;
	pe_arena_free(&o->known, index);
	return -ENOMEM;
}

void pe_others_forget(struct pe_others *o, uint32_t number)
{
	uint32_t index = pe_arena_last(&o->known) ? pe_tree_find(&o->tree, number) : 0;

	if (likely(!index))
		return;
	pe_tree_store(&o->tree, number, 0); /* its page is there already: this cannot fail */
	pe_arena_free(&o->known, index);
}
