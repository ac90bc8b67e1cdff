/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * others - the processes that this one has references to and did not fork: number -> identity.
 *
 *   pidepoch_ref(4711) ─ pidfd, inode 88 ─> others: 4711 = { inode 88, since lap 6 }
 *   a call on (4711, 6) ─ pidfd, inode 88? ─> the same: its birth was in lap 6 or before
 *                                     91? ─> the one from before is gone
 *
 * O.1  `since` is the lap of the number's first reference to this incarnation: b <= since, and what is told of a
 *      later one of the same identity leaves it as it is.
 * O.2  One incarnation of a number is remembered, the last that a reference was taken to.
 * O.3  Bounded: the place of the oldest is used again when all are taken, and what is not remembered is unknown, never
 *      taken for proven.
 * O.4  The caller holds the frame's lock (P.4).
 */
#ifndef PE_CORE_OTHERS_H
#define PE_CORE_OTHERS_H

#include "arena.h"
#include "contract.h"
#include "identity.h"
#include "tree.h"

#define PE_OTHERS_MOST	    65536u
#define PE_OTHERS_PER_CHUNK 128u

struct pe_other {
	struct pe_identity who;
	uint64_t since;
	uint32_t number;
	uint32_t link; /* the arena's */
};

struct pe_others {
	struct pe_arena known;
	struct pe_tree tree; /* of the number alone: it has one epoch */
	uint32_t hand;	     /* whose place is used next when all are taken */
};

/* @limit: at most so many. The tree's pages come from the frame's own arenas. */
void pe_others_init(struct pe_others *o, struct pe_arena *inner, struct pe_arena *leaf,
		    _Atomic(char *) *chunks, uint32_t limit);

/* A reference has been taken: @who has @number, and was born in @lap at the latest. 0 or -ENOMEM */
int pe_others_note(struct pe_others *o, uint32_t number, const struct pe_identity *who,
		   uint64_t lap);

/* Nothing is remembered under @number. */
void pe_others_forget(struct pe_others *o, uint32_t number);

/* the incarnation remembered under @number, or NULL */
const struct pe_other *pe_others_find(struct pe_others *o, uint32_t number);

#endif
