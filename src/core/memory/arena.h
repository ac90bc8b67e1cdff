/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arena - objects of one size, named by a 32-bit index, whose memory is never unmapped.
 *
 *     chunk[0]        chunk[1]        chunk[2] ...
 *    +--+--+--+--+   +--+--+--+--+
 *    |  |##|  |##|   |##|  |  |  |        freed: 9 -> 3 -> 5 (pushed by anyone, a handler too)
 *    +--+--+--+--+   +--+--+--+--+        ready: 2 -> 7      (taken by the one writer)
 *     ^ given by the host (static)
 *
 * arena.1  Type-stable: the memory behind a valid index only ever holds objects of this arena. A
 *          stale index may be read; what is read must be proven by the caller (pid, version).
 * arena.2  pe_arena_free() never fails, allocates, blocks or loops on other threads' progress
 *          beyond one compare-and-swap; it is legal in a signal handler.
 * arena.3  pe_arena_alloc() has one caller at a time (the frame's writer). It empties `freed` with
 *          one exchange, so there is no ABA; it hands freed objects out oldest first, so that what
 *          a dead slot says of its last process instance stays readable as long as possible.
 * arena.4  A fork in another thread in the middle of either leaves an arena that can be used; at
 *          the worst it has lost the objects that were on their way.
 * arena.5  Index 0 is never handed out.
 */
#ifndef PE_CORE_MEMORY_ARENA_H
#define PE_CORE_MEMORY_ARENA_H

#include "core/contract.h"

#define PE_ARENA_CHUNKS 1024u

struct pe_arena {
	uint32_t object; /* bytes of one object */
	uint32_t link;	 /* where in it the u32 link of the free lists lies */
	uint32_t shift;	 /* 1 << shift objects in a mapped chunk */
	uint32_t first;	 /* objects in chunk[0], which the host gave */
	uint32_t limit;	 /* most objects ever; reaching it is -ENOMEM, not a crash */
	uint32_t keep;	 /* carve this many fresh objects before a freed one is used again */
	_Atomic uint32_t carved; /* objects handed out for the first time; written by the writer */
	uint32_t ready;		 /* freed objects in order of age; writer only */
	_Atomic uint32_t freed;	 /* freed objects, newest first; anyone */
	_Atomic uint32_t live;	 /* objects in use */
	_Atomic(char *)
		*chunk; /* PE_ARENA_CHUNKS of them, the host's: apart from what changes often */
};

typedef _Atomic(char *) pe_arena_chunks[PE_ARENA_CHUNKS];

struct pe_arena_layout {
	uint32_t object, link, limit, keep;
	uint32_t per_chunk;	 /* a power of two */
	_Atomic(char *) *chunks; /* a pe_arena_chunks, zeroed */
	void *first;		 /* memory for the first chunk, zeroed, or NULL */
	size_t first_bytes;
};

void pe_arena_init(struct pe_arena *a, const struct pe_arena_layout *layout);
uint32_t pe_arena_alloc(struct pe_arena *a); /* index, or 0: no memory */
void pe_arena_free(struct pe_arena *a, uint32_t index);

/* The object of @index; NULL where there is no memory behind it: for who may have an index of
 * another arena. Anyone. */
static inline void *pe_arena_peek(struct pe_arena *a, uint32_t index)
{
	uint32_t at = index - 1, chunk = 0;
	char *memory;

	if (unlikely(at >= a->first)) {
		at -= a->first;
		chunk = 1 + (at >> a->shift);
		at &= (1u << a->shift) - 1;
		if (unlikely(chunk >= PE_ARENA_CHUNKS))
			return NULL;
	}
	/* acquire: pairs with the release of whoever mapped the chunk */
	memory = atomic_load_explicit(&a->chunk[chunk], memory_order_acquire);
	return likely(memory) ? memory + (size_t)at * a->object : NULL;
}

/* The object of an index that alloc has given to somebody. Anyone; on the path of every guarded
 * call. */
static inline void *pe_arena_at(struct pe_arena *a, uint32_t index)
{
	uint32_t at = index - 1, chunk = 0;

	if (unlikely(at >= a->first)) {
		at -= a->first;
		chunk = 1 + (at >> a->shift);
		at &= (1u << a->shift) - 1;
	}
	/* acquire: pairs with the release of whoever mapped the chunk */
	return atomic_load_explicit(&a->chunk[chunk], memory_order_acquire) +
	       (size_t)at * a->object;
}

/* the highest index handed out so far; anyone */
static inline uint32_t pe_arena_last(const struct pe_arena *a)
{
	return atomic_load_explicit(&a->carved, memory_order_acquire);
}

size_t pe_arena_bytes(const struct pe_arena *a); /* bytes of objects in use */

#endif
