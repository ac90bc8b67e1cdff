/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hold - which thread is inside a call on which slot: the reference that keeps a pid from changing
 * hands.
 *
 *   thread record (one cache line, type-stable)
 *   +-------+----------------------+--------------------+
 *   | owner | held[0..3]           | dead[0..3]         |   level: 0 ordinary code, 1 a handler that
 *   | tid   | slot, WAITED bit     | set by own reaps   |   interrupted it, 2 a handler above that ...
 *   +-------+----------------------+--------------------+
 *
 * hold.1  Publishing is one seq_cst exchange, and says whose the hold is: a reaper in a handler of
 *         the same thread never waits for what it interrupted.
 * hold.2  Drain returns when no other thread's record names the slot. It sleeps in a futex, so that
 *         a holder of lower priority can run; the holder wakes it when it lets go.
 * hold.3  A hold of this thread that a reap in a handler has overtaken is marked dead, and the gate
 *         tests the mark in the same restartable sequence as the call. The same goes for two drains
 *         in two handlers: a thread says that it drains (`aside`), and another drain then marks its
 *         interrupted holds dead instead of waiting for them. Neither waits for the other.
 * hold.4  A record is never unmapped. Its owner's death leaves it empty; a later thread takes it
 *         over.
 * hold.5  No lock, no allocation, no system call on the way in or out (but for the wake, and a
 *         thread's first call).
 * hold.6  A hold by hand lasts until its thread lets go of it, or ends.
 */
#ifndef PE_CORE_MEMORY_HOLD_H
#define PE_CORE_MEMORY_HOLD_H

#include "core/memory/arena.h"
#include "core/contract.h"

#define PE_HOLD_LEVELS	4u
#define PE_HOLD_WAITED	(UINT32_C(1) << 31)
#define PE_HOLD_RECORDS 65536u
/* In the place of a system call's pid: the program holds by hand, between calls that we do not know
 * (hold.6). */
#define PE_HOLD_BY_HAND 0x7fffffffL

struct pe_hold_record {
	_Atomic uint32_t owner; /* thread id, 0: nobody's */
	_Atomic uint32_t held[PE_HOLD_LEVELS];
	_Atomic uint32_t dead[PE_HOLD_LEVELS];
	_Atomic uint32_t call[PE_HOLD_LEVELS]; /* number of the system call that the hold is for */
	_Atomic uint32_t aside; /* levels below this one wait for a drain of their own thread */
	uint32_t link;		/* the arena's; records are never given back to it */
	uint32_t pad[1];
};

/* in the thread's own storage; zero at the thread's birth */
struct pe_thread {
	uint32_t vfork_depth; /* > 0: this is a vfork child running in its parent's memory */
	uint32_t level;	      /* guarded calls of this thread under way, one above the other */
	uint32_t record;      /* index in the arena, 0: none yet */
	uint32_t last;	      /* slot of the last guarded call: a guess for the next, never more */
	struct rseq *rseq;    /* the area that libc registered, NULL: none, or not known yet */
	struct pe_exit_watch *
		/* of this thread in process `exits_of`; means nothing in another (exits.h) */
		exits;
	int exits_of;
};

struct pe_hold {
	struct pe_hold_record *record; /* NULL: all levels taken, or no record to be had */
	uint32_t level;
};

/* Publish @slot for @t, who is about to make system call @nr. A hold without a record gives no
 * protection: the caller then goes by pidfd. */
struct pe_hold pe_hold_publish(struct pe_arena *records, struct pe_thread *t, uint32_t slot,
			       long nr);
void pe_hold_release(struct pe_thread *t, struct pe_hold *h);

/* Is it this thread's, and the last that it published? Only that one may be released. */
bool pe_hold_is_last(struct pe_arena *records, const struct pe_thread *t, const struct pe_hold *h);

const uint32_t *pe_hold_dead(const struct pe_hold *h);

/* @slot has been closed: wait for the other threads' calls on it */
void pe_hold_drain(struct pe_arena *records, const struct pe_thread *t, uint32_t slot);

/* @slot has been reaped by this thread: its interrupted calls must not go through */
void pe_hold_kill_own(struct pe_arena *records, const struct pe_thread *t, uint32_t slot);

/* a record for this thread, which has none. Writer's context (lock held, signals masked) */
void pe_hold_enroll(struct pe_arena *records, struct pe_thread *t, uint32_t tid);

/* in a new process: every record but this thread's is of a thread that does not exist here */
void pe_hold_forked(struct pe_arena *records, const struct pe_thread *t, uint32_t tid);

#endif
