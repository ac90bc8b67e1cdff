/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger - the ranges of this process's memory that are volatile.
 *
 *    +--------+   +----+--------+        +---+
 *    | full   |   | f  | partial|        | z |      sorted by address, disjoint, never merged
 *    +--------+   +----+--------+        +---+
 *
 * The kernel knows which memory is volatile (it is registered) and which pages are lost (they are
 * missing). The ledger is what the kernel cannot be asked for: which ranges to register again in a
 * forked process, and how much there is.
 *
 * ledger.1  Entries are disjoint, not empty, and in order of address.
 * ledger.2  vr_ledger_reserve() is the only function that can fail. After it, so many calls of
 *           vr_ledger_set() or vr_ledger_clear() cannot.
 * ledger.3  A change touches no byte outside its range: what is left of a cut entry keeps its
 *           flags.
 * ledger.4  An entry is a hint. Its memory may have been unmapped, and other memory may be there by
 *           now; ask the kernel before anything is done to it (vr_kernel_is_registered()).
 *
 * ledger.5  A witness is shared by the parts of a cut entry, and deleted with the last one.
 *
 * Context: under the lock of state.h.
 */
#ifndef VR_LEDGER_H
#define VR_LEDGER_H

#include "vrange/kernel.h"
#include "vrange/witness.h"

#define VR_LEDGER_LOST 1u /* to be reported as lost whatever its pages look like */
#define VR_LEDGER_ZERO 2u /* not registered: lost pages read as zeros (witness.h) */

struct vr_ledger_entry {
	struct vr_span span;
	uint32_t flags;
	struct vr_witness *witness; /* VR_LEDGER_ZERO; else NULL */
	size_t first;		    /* number in it of the page at span.start */
};

struct vr_ledger {
	struct vr_ledger_entry *entry;
	size_t n, room;
	uint64_t bytes; /* of all entries */
};

int vr_ledger_reserve(struct vr_ledger *l, size_t changes);	   /* 0 or -ENOMEM */
void vr_ledger_set(struct vr_ledger *l, struct vr_ledger_entry e); /* the last call owns it */
void vr_ledger_clear(struct vr_ledger *l, struct vr_span s);

/* the first entry that ends after @at; @l->n if there is none */
size_t vr_ledger_find(const struct vr_ledger *l, uintptr_t at);

/* The first entry that has a part in @s, or NULL. */
struct vr_ledger_entry *vr_ledger_first(const struct vr_ledger *l, struct vr_span s);

#endif
