/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree - the copy-on-write epoch radix tree: pid -> what this process knows of it, per epoch.
 *
 *   epochs[]            level 3     level 2     level 1     leaves (level 0)
 *   +-------+         +---------+
 *   | E     |-------->| lap E   |--> lap E ----> lap E ----> lap E    own copy: written in E
 *   +-------+         |         |--.
 *   | E-1   |-->lap E-1 ---------- +--> lap E-3 -> lap E-3 -> lap E-3  shared by E-1 and E
 *   +-------+
 *
 *   node (272 bytes)                       leaf entry (u32)
 *   +-----------------+ 0                  31 EXPIRED   the slot's process has been released
 *   | u64 lap         | epoch that made it 30 RELEARNED the pid was learned again by other means
 *   | u32 next        | free / dying list  29..0 slot index, 0: never a child of this process
 *   | u32 entry[64]   | 6 bits a level     inner entry: index of a node one level down, 0: none
 *   +-----------------+ 268, + 4
 *
 * tree.1  A page of an older epoch is never written, except for the two bits. It is copied first,
 *         and the copy belongs to the current epoch only. (Proposal: "the allocation only happens
 *         in the copy".)
 * tree.2  pe_tree_expire() and pe_tree_relearn() allocate, copy and block on nothing. They may run
 *         in a handler and beside a writer. Expire reaches the entry of every active epoch that
 *         names the slot. A bit that is set while its page is being copied is in the copy, too, at
 *         the latest when the copier returns: the copier publishes the copy, moves `version`, then
 *         merges; the setter sets the bit, then checks whether `version` moved. (Until then a
 *         reader may miss the bit; the slot itself is DEAD.)
 * tree.3  A reader takes no lock and never sees a torn entry: one u32 has all that is known of a
 *         pid.
 * tree.4  Writers (begin, store, retire) have one caller at a time: frame's lock held, signals
 *         masked.
 * tree.5  Leaves and inner nodes come from separate arenas, and a walk stays in them. So an expire
 *         that arrives late at a page that was given back writes at most to a leaf, and there only
 *         to an entry with its own slot. (A slot is freed after its expire has returned.)
 * tree.6  A node is used again only after every epoch that reaches it is retired and `version` has
 *         moved; a reader that was inside starts again. Until it notices, it may walk through pages
 *         that were used again at another height, so it does not assume that an index it reads has
 *         a page behind it.
 * tree.7  The current and the previous epoch are always active. At most PE_TREE_EPOCHS are; the
 *         oldest is retired first.
 * tree.8  When memory is refused, the tree is as it was before the call.
 * tree.9  A fork by another thread in the middle of a write leaves a tree that can be read.
 */
#ifndef PE_CORE_MEMORY_TREE_H
#define PE_CORE_MEMORY_TREE_H

#include "core/memory/arena.h"
#include "core/contract.h"

#define PE_TREE_EPOCHS	  4u
#define PE_TREE_FANOUT	  64u
#define PE_TREE_HEIGHT	  4u
#define PE_TREE_PIDS	  (1u << 24) /* the kernel's PID_MAX_LIMIT is 1 << 22 */
#define PE_TREE_EXPIRED	  (UINT32_C(1) << 31)
#define PE_TREE_RELEARNED (UINT32_C(1) << 30)
#define PE_TREE_SLOT	  (PE_TREE_RELEARNED - 1)

struct pe_tree_node {
	uint64_t lap;
	uint32_t next;
	_Atomic uint32_t entry[PE_TREE_FANOUT];
};

struct pe_tree_epoch {
	_Atomic uint64_t lap;		  /* the number of this epoch */
	_Atomic uint32_t root;		  /* inner node of height 3, 0: empty */
	_Atomic uint32_t state;		  /* 0: free, 1: active */
	uint32_t dying_inner, dying_leaf; /* nodes that no younger epoch reaches */
	uint32_t dying;			  /* how many on both */
};

struct pe_tree {
	struct pe_arena *inner, *leaf;
	_Atomic uint64_t version;
	_Atomic uint32_t current; /* index into epoch[] */
	struct pe_tree_epoch epoch[PE_TREE_EPOCHS];
};

/* the position of @pid in a node of @height; 0 is a leaf */
static inline unsigned int pe_tree_position(uint32_t pid, uint32_t height)
{
	return pid >> (6 * height) & (PE_TREE_FANOUT - 1);
}

/* an empty tree whose only epoch is @lap */
void pe_tree_init(struct pe_tree *t, struct pe_arena *inner, struct pe_arena *leaf, uint64_t lap);

/* S3: make the epoch of @lap (> current) as a copy-on-write copy of the last one. The oldest is
 * retired if there is no room. O(1) except for what is retired. Laps in between have no epoch. */
void pe_tree_begin(struct pe_tree *t, uint64_t lap);

/* the current epoch's entry of @pid becomes @slot, without bits. 0, -ENOMEM, -ERANGE */
int pe_tree_store(struct pe_tree *t, uint32_t pid, uint32_t slot);

/* the current epoch's entry, with its bits; 0: nothing known. */
uint32_t pe_tree_find(struct pe_tree *t, uint32_t pid);

/* the entry in the epoch that was current in @lap: the youngest active one with lap <= @lap.
 * 0, or -ESTALE when that has been retired. */
int pe_tree_find_in(struct pe_tree *t, uint64_t lap, uint32_t pid, uint32_t *entry);

/* S4: release. Returns the number of pages in which the bit was newly set; epochs may share one. */
unsigned int pe_tree_expire(struct pe_tree *t, uint32_t pid, uint32_t slot);

/* The pid is fresh again although its entry here is expired (S10). true: it was stale before */
bool pe_tree_relearn(struct pe_tree *t, uint32_t pid);

/* S7, S9: give back every epoch older than @lap, but never the current and the previous. Count. */
unsigned int pe_tree_retire(struct pe_tree *t, uint64_t lap);

/* S9: bytes that only epochs older than the current one hold */
size_t pe_tree_old_bytes(const struct pe_tree *t);

/* the current epoch's lap */
static inline uint64_t pe_tree_lap(const struct pe_tree *t)
{
	return atomic_load(&t->epoch[atomic_load(&t->current)].lap);
}

/* Was it this process's child, is it released, and not learned again since? */
static inline bool pe_tree_stale(uint32_t entry)
{
	return (entry & (PE_TREE_EXPIRED | PE_TREE_RELEARNED)) == PE_TREE_EXPIRED;
}

#endif
