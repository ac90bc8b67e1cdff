/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/foreign.h"

void pe_foreign_init(struct pe_foreign *o, struct pe_arena *inner, struct pe_arena *leaf,
		     _Atomic(char *) *chunks, uint32_t limit)
{
	const struct pe_arena_layout layout = {
		.object = sizeof(struct pe_foreign_process),
		.link = offsetof(struct pe_foreign_process, link),
		.per_chunk = PE_FOREIGN_PER_CHUNK,
		.limit = limit,
		.chunks = chunks,
	};

	pe_arena_init(&o->known, &layout);
	pe_tree_init(&o->tree, inner, leaf, 1);
	o->hand = 0;
}

static struct pe_foreign_process *find(struct pe_foreign *o, uint32_t pid)
{
	uint32_t index = pe_tree_find(&o->tree, pid);

	return index ? pe_arena_at(&o->known, index) : NULL;
}

const struct pe_foreign_process *pe_foreign_find(struct pe_foreign *o, uint32_t pid)
{
	return find(o, pid);
}

/* A new place, or that of the oldest entry (foreign.3). */
static uint32_t place(struct pe_foreign *o)
{
	uint32_t index = pe_arena_alloc(&o->known), last;

	if (index)
		return index;
	last = pe_arena_last(&o->known);
	if (last == 0)
		return 0;
	o->hand = o->hand % last + 1;
	/* its page is there already: this cannot fail */
	pe_tree_store(&o->tree, ((struct pe_foreign_process *)pe_arena_at(&o->known, o->hand))->pid,
		      0);
	return o->hand;
}

int pe_foreign_note(struct pe_foreign *o, uint32_t pid, const struct pe_identity *who, uint64_t lap)
{
	struct pe_foreign_process *known = find(o, pid);
	uint32_t index;

	if (known) {
		if (known->who.id != who->id || known->who.kind != who->kind) {
			known->who = *who;
			known->since = known->latest = lap;
		} else if (lap > known->latest) {
			known->latest = lap;
		}
		return 0;
	}
	index = place(o);
	if (!index)
		return -ENOMEM;
	*(struct pe_foreign_process *)pe_arena_at(&o->known, index) =
		(struct pe_foreign_process){ .who = *who, .since = lap, .latest = lap, .pid = pid };
	if (pe_tree_store(&o->tree, pid, index) == 0)
		return 0;
	pe_arena_free(&o->known, index);
	return -ENOMEM;
}

void pe_foreign_forget(struct pe_foreign *o, uint32_t pid)
{
	uint32_t index = pe_arena_last(&o->known) ? pe_tree_find(&o->tree, pid) : 0;

	if (likely(!index))
		return;
	pe_tree_store(&o->tree, pid, 0); /* its page is there already: this cannot fail */
	pe_arena_free(&o->known, index);
}
