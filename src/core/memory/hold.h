/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hold - hazard pointers (Michael 2004): which thread is inside a call on which slot. A hold keeps
 * the slot's pid from changing hands.
 *
 *   thread record (one cache line, type-stable)
 *   +-------+----------------------+--------------------+   index: the level.
 *   | owner | held[0..3]           | dead[0..3]         |   0: ordinary code, 1: a handler that
 *   | tid   | slot, WAITED bit     | set by own reaps   |   interrupted it, 2: a handler that
 *   +-------+----------------------+--------------------+   interrupted that one, ...
 *
 * hold.1  Publishing is one seq_cst exchange into a record that names the owning thread. So a
 *         reaper that runs in a handler never waits for a call that it has interrupted itself.
 * hold.2  A drain returns when no other thread's record names the slot. It sleeps in a futex, so
 *         that a holder of lower priority can run. The holder wakes it on release.
 * hold.3  If a handler reaps the child that its own thread was calling on, the interrupted hold is
 *         marked dead. The gate tests the mark in the restartable sequence that makes the call. Two
 *         drains in handlers of two threads do not wait for each other: a thread announces its
 *         drain in `aside`, and the other drain marks its interrupted holds dead instead of waiting
 *         for them.
 * hold.4  A record is never unmapped. When its owner ends it stays behind, and a later thread takes
 *         it over.
 * hold.5  Publish and release take no lock, allocate nothing and make no system call, except for
 *         the wake-up and a thread's first call.
 * hold.6  A hold that the program takes by hand (pidepoch_hold()) lasts until its thread releases
 *         it or ends.
 */
#ifndef PE_CORE_MEMORY_HOLD_H
#define PE_CORE_MEMORY_HOLD_H

#include "core/memory/arena.h"
#include "core/contract.h"

#define PE_HOLD_LEVELS	4u
#define PE_HOLD_WAITED	(UINT32_C(1) << 31)
#define PE_HOLD_RECORDS 65536u
/* In `call`, in place of a system call nr: the program holds by hand, between calls that the engine
 * does not see (hold.6). */
#define PE_HOLD_BY_HAND 0x7fffffffL

struct pe_hold_record {
	_Atomic uint32_t owner; /* thread id, 0: free */
	_Atomic uint32_t held[PE_HOLD_LEVELS];
	_Atomic uint32_t dead[PE_HOLD_LEVELS];
	_Atomic uint32_t call[PE_HOLD_LEVELS]; /* nr of the system call that the hold is for */
	_Atomic uint32_t
		aside; /* calls below this level are interrupted by a drain of their own thread */
	uint32_t link; /* the arena's; a record is never freed */
	uint32_t pad[1];
};

/* in the thread's own storage; zero when the thread starts */
struct pe_thread {
	uint32_t vfork_depth; /* > 0: this is a vfork child running in its parent's memory */
	uint32_t level;	      /* nesting depth of guarded calls of this thread */
	uint32_t record;      /* index in the arena, 0: none yet */
	uint32_t last;	      /* slot of the last guarded call: only a hint for the next one */
	struct rseq *rseq;    /* the area that libc registered; NULL: none, or not known yet */
	struct pe_exit_watch *exit_watch; /* of this thread in process `exit_watch_of` only */
	int exit_watch_of;
	bool untold;	  /* a descriptor of pe_thread_watch_fd() has lost its ring */
	uint32_t by_hand; /* holds that the program has, pidepoch_hold() */
};

struct pe_hold {
	struct pe_hold_record *record; /* NULL: all levels are taken, or there is no record */
	uint32_t level;
};

/* Publish @slot for @t, which is about to make system call @nr. A hold without a record protects
 * nothing: the caller then uses a pidfd. */
struct pe_hold pe_hold_publish(struct pe_arena *records, struct pe_thread *t, uint32_t slot,
			       long nr);
void pe_hold_release(struct pe_thread *t, struct pe_hold *h);

/* Is @h the last hold that this thread published? Only that one may be released. */
bool pe_hold_is_last(struct pe_arena *records, const struct pe_thread *t, const struct pe_hold *h);

/* The id of this thread if it has a record, else 0 */
uint32_t pe_hold_thread(struct pe_arena *records, const struct pe_thread *t);

const uint32_t *pe_hold_dead(const struct pe_hold *h);

/* @slot has been closed: wait until no other thread is inside a call on it. */
void pe_hold_drain(struct pe_arena *records, const struct pe_thread *t, uint32_t slot);

/* This thread has reaped @slot: its own interrupted calls on it must not be made. */
void pe_hold_kill_own(struct pe_arena *records, const struct pe_thread *t, uint32_t slot);

/* Get a record for this thread, which has none. Lock held, signals masked. */
void pe_hold_enroll(struct pe_arena *records, struct pe_thread *t, uint32_t tid);

/* In a forked child: all records but this thread's belong to threads that do not exist here. */
void pe_hold_forked(struct pe_arena *records, const struct pe_thread *t, uint32_t tid);

#endif
