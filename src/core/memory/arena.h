/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arena - objects of one size, named by a 32-bit index, in memory that is never unmapped.
 *
 *     given           chunk[0]      chunk[1] ...
 *    +--+--+--+--+   +--+--+       +--+--+--+--+
 *    |  |##|  |##|   |##|  |       |  |  |  |  |    freed: 9 -> 3 -> 5 (any thread or handler)
 *    +--+--+--+--+   +--+--+       +--+--+--+--+    ready: 2 -> 7      (the one writer takes)
 *     by the host     mapped; each has twice as many objects as the one before
 *
 * arena.1  Type-stable: the memory behind a valid index only ever holds objects of this arena. A
 *          stale index may be read; the caller must verify what it read (pid, version).
 * arena.2  pe_arena_free() never fails, allocates or blocks. It retries only its own
 *          compare-and-swap and may run in a signal handler.
 * arena.3  pe_arena_alloc() has one caller at a time (the frame's writer). It takes the whole
 *          `freed` list with one exchange, so there is no ABA problem. It hands out the object that
 *          was freed first, so that a dead slot keeps its history as long as possible.
 * arena.4  If another thread forks in the middle of either call, the child's arena is usable. At
 *          worst it has lost the objects that were being moved.
 * arena.5  Index 0 is never handed out.
 */
#ifndef PE_CORE_MEMORY_ARENA_H
#define PE_CORE_MEMORY_ARENA_H

#include "core/contract.h"

#define PE_ARENA_CHUNKS 18u

struct pe_arena {
	uint32_t object; /* bytes of one object */
	uint32_t link;	 /* where in it the u32 link of the free lists lies */
	uint32_t shift;	 /* 1 << shift objects in chunk[0] */
	uint32_t first;	 /* objects in `given` */
	uint32_t limit;	 /* most objects ever; reaching it is -ENOMEM, not a crash */
	uint32_t keep;	 /* carve this many fresh objects before a freed one is used again */
	_Atomic uint32_t carved; /* objects handed out for the first time; written by the writer */
	uint32_t ready;		 /* freed objects, oldest first; writer only */
	_Atomic uint32_t freed;	 /* freed objects, newest first; any thread */
	_Atomic uint32_t live;	 /* objects in use */
	char *given;		 /* memory of the host, or NULL */
	_Atomic(char *) *chunk;	 /* PE_ARENA_CHUNKS entries, in memory of the host */
};

typedef _Atomic(char *) pe_arena_chunks[PE_ARENA_CHUNKS];

struct pe_arena_layout {
	uint32_t object, link, limit, keep;
	uint32_t per_chunk;	 /* of the first one; a power of two */
	_Atomic(char *) *chunks; /* a pe_arena_chunks, zeroed */
	void *first;		 /* memory for the first objects, zeroed, or NULL */
	size_t first_bytes;
};

void pe_arena_init(struct pe_arena *a, const struct pe_arena_layout *layout);
uint32_t pe_arena_alloc(struct pe_arena *a); /* index, or 0: no memory */
void pe_arena_free(struct pe_arena *a, uint32_t index);

/* Where the object @at lies, counted from the first one behind `given`: its chunk, and its position
 * there. */
struct pe_arena_place {
	uint32_t chunk, at;
};
static inline struct pe_arena_place pe_arena_place(uint32_t shift, uint32_t at)
{
	uint64_t counted = (uint64_t)at + (1u << shift); /* as if chunk[0] had one before it */
	uint32_t chunk = 63u - (uint32_t)__builtin_clzll(counted) - shift;

	return (struct pe_arena_place){ chunk,
					(uint32_t)(counted - (UINT64_C(1) << (shift + chunk))) };
}

/* The object of @index, or NULL if no memory is mapped for it: for a caller whose index may belong
 * to another arena. Any thread. */
static inline void *pe_arena_peek(struct pe_arena *a, uint32_t index)
{
	uint32_t at = index - 1;
	struct pe_arena_place p;
	char *memory;

	if (likely(at < a->first))
		return a->given + (size_t)at * a->object;
	p = pe_arena_place(a->shift, at - a->first);
	if (unlikely(p.chunk >= PE_ARENA_CHUNKS))
		return NULL;
	/* acquire: pairs with the release in ensure_chunk() */
	memory = atomic_load_explicit(&a->chunk[p.chunk], memory_order_acquire);
	return likely(memory) ? memory + (size_t)p.at * a->object : NULL;
}

/* The object of an index that pe_arena_alloc() has handed out. Any thread; on the path of every
 * guarded call. */
static inline void *pe_arena_at(struct pe_arena *a, uint32_t index)
{
	uint32_t at = index - 1;
	struct pe_arena_place p;

	if (likely(at < a->first))
		return a->given + (size_t)at * a->object;
	p = pe_arena_place(a->shift, at - a->first);
	/* acquire: pairs with the release in ensure_chunk() */
	return atomic_load_explicit(&a->chunk[p.chunk], memory_order_acquire) +
	       (size_t)p.at * a->object;
}

/* the highest index handed out so far; any thread */
static inline uint32_t pe_arena_last(const struct pe_arena *a)
{
	return atomic_load_explicit(&a->carved, memory_order_acquire);
}

size_t pe_arena_bytes(const struct pe_arena *a); /* bytes of objects in use */

#endif
