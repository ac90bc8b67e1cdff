/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exit_watch - which of many processes have ended, for one thread. The cost of a question grows
 * with the processes that have ended, not with those that are watched.
 *
 *   pid ──> [by pid] ──> watch ── armed ──> the thread's ring
 *                         │  ^                 │ a hint
 *             position <──┘  └── to look at <──┘
 *   seen[position] = pid, epoch, watch          the vector as of the thread's last call
 *
 * exit_watch.1  A watch stands for one process instance. An armed watch has one request in the
 *               ring. What comes back is a hint to look at it.
 * exit_watch.2  A watch is freed only while it is not armed, so no late hint names another one.
 * exit_watch.3  A watch that must be looked at keeps this state until it is freed, so an end that
 *               was seen and not taken is not lost.
 * exit_watch.4  Either the watch of a position has that position, or the watch is `repeated` and
 *               the positions must be searched.
 * exit_watch.5  All memory belongs to the thread. A forked child does not have it; the pointer to
 *               it has no meaning there.
 * exit_watch.6  Without a ring, or without memory, there are no watches, and the vector is looked
 *               at entry by entry.
 */
#ifndef PE_CORE_REFERENCE_EXIT_WATCH_H
#define PE_CORE_REFERENCE_EXIT_WATCH_H

#include "core/contract.h"
#include "core/reference/wait_entry.h"
#include "core/reference/ring.h"

#define PE_EXIT_WATCH_PIDS   4096u /* in one chunk of the index */
#define PE_EXIT_WATCH_CHUNKS 1024u /* 2^22 pids, the kernel's own limit */

enum pe_watch_state { PE_WATCH_FREE, PE_WATCH_ARMED, PE_WATCH_LOOK };

struct pe_watch {
	struct pe_wait_entry look;
	uint32_t at;   /* position in the vector, perhaps no longer (exit_watch.4) */
	uint8_t state; /* enum pe_watch_state */
	bool repeated; /* it may have other positions */
};

struct pe_seen {
	int32_t pid;
	uint32_t epoch;
	uint32_t watch; /* 0: none */
};

struct pe_exit_watch_table { /* grows; [0] is not used */
	void *memory;
	size_t bytes;
};

struct pe_exit_watch {
	struct pe_ring ring;
	struct pe_exit_watch_table watches, look, seen;
	uint32_t used, spare; /* watches: carved, and the list of those given back (by `at`) */
	uint32_t looks;	      /* how many are to be looked at */
	/* a step is in progress, in code that a handler has interrupted or has jumped out of */
	bool busy;
	bool tells; /* the program has a descriptor that becomes readable (waitpidv.7) */
	bool any;   /* the vector has entries for any child (waitpidv.6) */
	/* the vector of the last call */
	const void *vector;
	size_t count, live;
	_Alignas(64) uint32_t *chunk[PE_EXIT_WATCH_CHUNKS];
};

static inline struct pe_watch *pe_exit_watch_watch(const struct pe_exit_watch *x, uint32_t index)
{
	return (struct pe_watch *)x->watches.memory + index;
}

static inline struct pe_seen *pe_exit_watch_seen(const struct pe_exit_watch *x)
{
	return x->seen.memory;
}

static inline uint32_t *pe_exit_watch_looks(const struct pe_exit_watch *x)
{
	return x->look.memory;
}

/* NULL: exit_watch.6 */
struct pe_exit_watch *pe_exit_watch_open(void);
void pe_exit_watch_close(struct pe_exit_watch *x); /* by its thread */

/* The last watch of this pid, 0: none */
uint32_t pe_exit_watch_find(const struct pe_exit_watch *x, uint32_t pid);

/* A watch for @l, to be looked at until it is armed; 0: no memory */
uint32_t pe_exit_watch_add(struct pe_exit_watch *x, const struct pe_wait_entry *l);

/* Free a watch that is not armed; its positions no longer refer to it. The caller then compacts the
 * list of watches to be looked at (pe_exit_watch_tidy). */
void pe_exit_watch_drop(struct pe_exit_watch *x, uint32_t index);

/* Remove from that list the watches that need no look any more. */
void pe_exit_watch_tidy(struct pe_exit_watch *x);

/* @fd is a pidfd of its process instance, and may be closed on return. 0 or -errno, and it is still
 * to be looked at */
int pe_exit_watch_arm(struct pe_exit_watch *x, uint32_t index, int fd);

/* Record what the ring reports. */
void pe_exit_watch_collect(struct pe_exit_watch *x);

/* Make room for a vector of @count entries; 0 or -ENOMEM. */
int pe_exit_watch_room(struct pe_exit_watch *x, size_t count);

/* the number of positions that fit */
static inline size_t pe_exit_watch_places(const struct pe_exit_watch *x)
{
	return x->seen.bytes / sizeof(struct pe_seen);
}

/* @position has this watch from now on. */
void pe_exit_watch_place(struct pe_exit_watch *x, uint32_t index, uint32_t position);

/* The first position from @from on that has this watch, or @x->count. */
size_t pe_exit_watch_position(const struct pe_exit_watch *x, uint32_t index, size_t from);

#endif
