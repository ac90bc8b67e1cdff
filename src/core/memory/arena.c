/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/memory/arena.h"

void pe_arena_init(struct pe_arena *a, const struct pe_arena_layout *layout)
{
	a->object = layout->object;
	a->link = layout->link;
	a->shift = (uint32_t)__builtin_ctz(layout->per_chunk);
	a->first = layout->first ? (uint32_t)(layout->first_bytes / layout->object) : 0;
	a->limit = layout->limit;
	a->keep = layout->keep;
	a->ready = 0;
	atomic_store_explicit(&a->carved, 0, memory_order_relaxed);
	atomic_store_explicit(&a->freed, 0, memory_order_relaxed);
	atomic_store_explicit(&a->live, 0, memory_order_relaxed);
	a->given = layout->first;
	a->chunk = layout->chunks;
}

static uint32_t *link_of(struct pe_arena *a, uint32_t index)
{
	return (uint32_t *)((char *)pe_arena_at(a, index) + a->link);
}

static bool ensure_chunk(struct pe_arena *a, uint32_t index)
{
	struct pe_arena_place p;
	void *memory;

	if (index <= a->first)
		return true;
	p = pe_arena_place(a->shift, index - 1 - a->first);
	if (p.chunk >= PE_ARENA_CHUNKS)
		return false;
	if (atomic_load_explicit(&a->chunk[p.chunk], memory_order_relaxed))
		return true;
	memory = pe_sys_mmap((size_t)a->object << (a->shift + p.chunk));
	if (memory == MAP_FAILED)
		return false;
	/* release: a reader that sees the chunk sees it zeroed */
	atomic_store_explicit(&a->chunk[p.chunk], memory, memory_order_release);
	return true;
}

static uint32_t carve(struct pe_arena *a)
{
	uint32_t index = atomic_load_explicit(&a->carved, memory_order_relaxed) + 1;

	if (index > a->limit || !ensure_chunk(a, index))
		return 0;
	/* release: after the chunk (arena.1, pe_arena_last) */
	atomic_store_explicit(&a->carved, index, memory_order_release);
	return index;
}

/* Reverse the freed list, so that the oldest object is used first (arena.3). */
static void collect(struct pe_arena *a)
{
	/* acquire: what the freeing threads wrote into the objects, the links above all */
	uint32_t index = atomic_exchange_explicit(&a->freed, 0, memory_order_acquire);

	while (index) {
		uint32_t older = *link_of(a, index);

		*link_of(a, index) = a->ready;
		a->ready = index;
		index = older;
	}
}

static uint32_t recycle(struct pe_arena *a)
{
	uint32_t index;

	if (a->ready == 0)
		collect(a);
	index = a->ready;
	if (index)
		a->ready = *link_of(a, index);
	return index;
}

uint32_t pe_arena_alloc(struct pe_arena *a)
{
	bool fresh = atomic_load_explicit(&a->carved, memory_order_relaxed) < a->keep;
	uint32_t index = fresh ? carve(a) : recycle(a);

	if (index == 0)
		index = fresh ? recycle(a) : carve(a);
	if (index)
		atomic_fetch_add_explicit(&a->live, 1, memory_order_relaxed);
	return index;
}

void pe_arena_free(struct pe_arena *a, uint32_t index)
{
	uint32_t newest = atomic_load_explicit(&a->freed, memory_order_relaxed);

	atomic_fetch_sub_explicit(&a->live, 1, memory_order_relaxed);
	do {
		*link_of(a, index) = newest;
		/* release: the link and all earlier writes to the object, before the object can be
		 * taken */
	} while (!atomic_compare_exchange_weak_explicit(
		&a->freed, &newest, index, memory_order_release, memory_order_relaxed));
}

size_t pe_arena_bytes(const struct pe_arena *a)
{
	return (size_t)atomic_load_explicit(&a->live, memory_order_relaxed) * a->object;
}
