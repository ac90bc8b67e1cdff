/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * obituary - what is kept of children that were released (S16): a ring, and a hash of pids into it.
 *
 *   head[hash(pid)] ─> ticket 812 ─ older ─> ticket 40 ─ older ─> one that the ring has passed
 *   place[ticket % MOST]: ticket, status, call, flags; older; pid, birth, thread, moment, usage
 *
 * obituary.1  Writing blocks on nothing and allocates once, at the first release. Several threads
 *             and handlers may write at once.
 * obituary.2  A reader takes no lock. It gets a whole obituary or none: it copies the fields, then
 *             compares the ticket again. A writer clears the ticket first and sets it last. One
 *             that finds its place being written (the ring went round meanwhile) keeps nothing.
 * obituary.3  Bounded (S9): PE_OBITUARY_MOST are kept, and the oldest makes room. A chain ends at
 *             the first ticket whose place has another.
 * obituary.4  The memory is not in a forked child, whose children are others: no page of it is
 *             copied after a fork.
 * obituary.5  A status is given away once (S17): one atomic exchange sets GIVEN in the word that
 *             has the ticket, so that no later child's is taken for it.
 */
#ifndef PE_CORE_MEMORY_OBITUARY_H
#define PE_CORE_MEMORY_OBITUARY_H

#include <sys/resource.h>

#include "core/contract.h"

#define PE_OBITUARY_MOST  32768u
#define PE_OBITUARY_HEADS 4096u

enum {
	PE_OBITUARY_KNOWN = 1, /* the status is known */
	PE_OBITUARY_ANY = 2,   /* reaped by a wait for any child */
	PE_OBITUARY_EARLY =
		4, /* reaped before its birth was recorded; `birth` is a count of those */
	PE_OBITUARY_GIVEN = 8,
	PE_OBITUARY_USAGE = 16, /* the usage is known */
};

struct pe_obituary {
	uint16_t status; /* as of wait4 */
	uint8_t by;	 /* enum pe_call */
	uint8_t flags;
	uint32_t pid;
	uint32_t birth;	       /* the low bits of the lap */
	uint32_t tid;	       /* of the thread that reaped; 0: not known */
	uint32_t ms;	       /* CLOCK_BOOTTIME, of the reap */
	uint32_t user, kernel; /* pe_obituary_time() */
	uint32_t most_memory;  /* ru_maxrss, KiB */
};

#define PE_OBITUARY_WORDS 7u

struct pe_obituary_place {
	_Atomic uint64_t key; /* ticket << 32 | flags << 24 | by << 16 | status; 1: being written */
	_Atomic uint32_t older;
	_Atomic uint32_t word[PE_OBITUARY_WORDS];
};

_Static_assert(sizeof(struct pe_obituary_place) <= 48, "S16: 48 bytes a pid");

struct pe_obituaries {
	_Atomic uint32_t next;
	_Atomic uint32_t head[PE_OBITUARY_HEADS];
	struct pe_obituary_place place[PE_OBITUARY_MOST];
};

typedef _Atomic(struct pe_obituaries *) pe_obituary_root;

/* Keep @o. Without memory it is not kept. */
void pe_obituary_write(pe_obituary_root *root, const struct pe_obituary *o);

/* The obituary of the process that had @pid in @epoch (low bits): of those born in it or before,
 * the last. Returns its ticket, or 0. */
uint32_t pe_obituary_find(const pe_obituary_root *root, uint32_t pid, uint32_t epoch,
			  struct pe_obituary *o);

/* The last one of @pid that has all of @flags, or 0 */
uint32_t pe_obituary_last(const pe_obituary_root *root, uint32_t pid, unsigned int flags,
			  struct pe_obituary *o);

/* The status of @ticket is given to the caller. false: it was given before, or is not kept */
bool pe_obituary_give(pe_obituary_root *root, uint32_t ticket);

/* An early reap is now known to be of the child born in @birth. */
void pe_obituary_attribute(pe_obituary_root *root, uint32_t ticket, uint32_t birth);

/* The @back-th last one, counted from 0: its ticket, or 0 */
uint32_t pe_obituary_recent(const pe_obituary_root *root, uint32_t back, struct pe_obituary *o);

/* The obituary of @ticket in a copy of its place that another process has made: false: it is not
 * there */
bool pe_obituary_decode(struct pe_obituary_place *copied, uint32_t ticket, struct pe_obituary *o);

/* Microseconds in 32 bits: exact below 2^31, in milliseconds beyond. */
uint32_t pe_obituary_time(uint64_t us);
uint64_t pe_obituary_us(uint32_t time);

/* user and system time, and the greatest memory; the other fields are 0 */
void pe_obituary_usage(const struct pe_obituary *o, struct rusage *to);

/* The bytes that are in use. */
size_t pe_obituary_bytes(const pe_obituary_root *root);

#endif
