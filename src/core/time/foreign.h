/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * foreign - processes that this one has references to and did not fork: pid -> identity.
 *
 *   pidepoch_ref(4711) ─ pidfd, inode 88 ─> foreign: 4711 = { inode 88, since lap 6 }
 *   a call on (4711, 6) ─ pidfd, inode 88? ─> the same: its birth was in lap 6 or before
 *                                     91? ─> the process that was meant is gone
 *
 * foreign.1  `since` is the lap of the first reference to this process instance: b <= since. A
 *            later reference with the same identity does not change it, but may raise `latest`.
 * foreign.2  One process instance per pid is remembered: the one referred to last.
 * foreign.3  Bounded: when all places are taken, the oldest is used again. What is not remembered
 *            is unknown, and never counts as proven.
 * foreign.4  The caller holds the frame's lock (frame.4).
 */
#ifndef PE_CORE_TIME_FOREIGN_H
#define PE_CORE_TIME_FOREIGN_H

#include "core/memory/arena.h"
#include "core/contract.h"
#include "core/time/identity.h"
#include "core/memory/tree.h"

#define PE_FOREIGN_MOST	     65536u
#define PE_FOREIGN_PER_CHUNK 128u

struct pe_foreign_process {
	struct pe_identity who;
	uint64_t since;
	uint64_t latest; /* the greatest tag that was given for it */
	uint32_t pid;
	uint32_t link; /* the arena's */
};

struct pe_foreign {
	struct pe_arena known;
	struct pe_tree tree; /* indexed by pid; it has one epoch */
	uint32_t hand;	     /* the place that is used next when all are taken */
};

/* @limit: the most processes that are remembered. The tree's pages come from the frame's arenas. */
void pe_foreign_init(struct pe_foreign *o, struct pe_arena *inner, struct pe_arena *leaf,
		     _Atomic(char *) *chunks, uint32_t limit);

/* A reference was taken: @who has @pid and was born in @lap or before. 0 or -ENOMEM */
int pe_foreign_note(struct pe_foreign *o, uint32_t pid, const struct pe_identity *who,
		    uint64_t lap);

/* Forget @pid. */
void pe_foreign_forget(struct pe_foreign *o, uint32_t pid);

/* the process instance remembered under @pid, or NULL */
const struct pe_foreign_process *pe_foreign_find(struct pe_foreign *o, uint32_t pid);

#endif
