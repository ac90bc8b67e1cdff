/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exits - which of many processes have ended, for one thread: asking costs what has ended, not what is asked about.
 *
 *   number ──> [by number] ──> watch ── armed ──> the thread's ring
 *                               │  ^                 │ a hint
 *                   position <──┘  └── to look at <──┘
 *   seen[position] = pid, epoch, watch          the vector as the thread's last call had it
 *
 * X.1  A watch stands for one incarnation. Armed, it has one request in the ring; what comes back is a hint: look at this one.
 * X.2  A watch is given back only while it is not armed, so that no late hint names another.
 * X.3  What is to be looked at stays so until it is given back: an end that was seen and not taken is not forgotten.
 * X.4  A position's watch is the watch's position, or the watch is `repeated` and the positions must be searched.
 * X.5  All memory is the thread's own and not in a forked child, where the pointer to it means nothing.
 * X.6  Where there is no ring, or no memory, there is no such thing, and the vector is looked at one by one.
 */
#ifndef PE_CORE_EXITS_H
#define PE_CORE_EXITS_H

#include "contract.h"
#include "look.h"
#include "ring.h"

#define PE_EXITS_NUMBERS 4096u /* in one chunk of the index */
#define PE_EXITS_CHUNKS	 1024u /* 2^22 numbers, the kernel's own limit */

enum pe_watch_state { PE_WATCH_FREE, PE_WATCH_ARMED, PE_WATCH_LOOK };

struct pe_watch {
	struct pe_look look;
	uint32_t at;   /* position in the vector, perhaps no longer (X.4) */
	uint8_t state; /* enum pe_watch_state */
	bool repeated; /* it may have other positions */
};

struct pe_seen {
	int32_t pid;
	uint32_t epoch;
	uint32_t watch; /* 0: none */
};

struct pe_exits_table { /* grows; [0] is not used */
	void *memory;
	size_t bytes;
};

struct pe_exits {
	struct pe_ring ring;
	struct pe_exits_table watches, look, seen;
	uint32_t used, spare; /* watches: carved, and the list of those given back (by `at`) */
	uint32_t looks;	      /* how many are to be looked at */
	bool busy; /* a step is being made: by the code that a handler has interrupted, or has jumped out of */
	/* the vector of the last call */
	const void *vector;
	size_t count, live;
	_Alignas(64) uint32_t *chunk[PE_EXITS_CHUNKS];
};

static inline struct pe_watch *pe_exits_watch(const struct pe_exits *x, uint32_t index)
{
	return (struct pe_watch *)x->watches.memory + index;
}

static inline struct pe_seen *pe_exits_seen(const struct pe_exits *x)
{
	return x->seen.memory;
}

static inline uint32_t *pe_exits_looks(const struct pe_exits *x)
{
	return x->look.memory;
}

/* NULL: X.6 */
struct pe_exits *pe_exits_open(void);
void pe_exits_close(struct pe_exits *x); /* by its thread */

/* The last watch of this number, 0: none */
uint32_t pe_exits_find(const struct pe_exits *x, uint32_t number);

/* A watch for @l, to be looked at until it is armed; 0: no memory */
uint32_t pe_exits_add(struct pe_exits *x, const struct pe_look *l);

/* It is not armed. Its positions forget it. The list of those to be looked at is the caller's to tidy (pe_exits_tidy). */
void pe_exits_drop(struct pe_exits *x, uint32_t index);

/* Take from that list what is not to be looked at any more. */
void pe_exits_tidy(struct pe_exits *x);

/* @fd is a pidfd of its incarnation, and may be closed on return. 0 or -errno, and it is still to be looked at */
int pe_exits_arm(struct pe_exits *x, uint32_t index, int fd);

/* put down what the ring has to tell */
void pe_exits_hear(struct pe_exits *x);

/* room for a vector of so many; 0 or -ENOMEM */
int pe_exits_room(struct pe_exits *x, size_t count);

/* how many positions there is room for */
static inline size_t pe_exits_places(const struct pe_exits *x)
{
	return x->seen.bytes / sizeof(struct pe_seen);
}

/* @position has this watch from now on. */
void pe_exits_place(struct pe_exits *x, uint32_t index, uint32_t position);

/* The first position from @from on that has this watch, or @x->count. */
size_t pe_exits_position(const struct pe_exits *x, uint32_t index, size_t from);

#endif
