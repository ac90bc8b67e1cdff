/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pages - runs of pages of one kind, as /proc/self/pagemap shows them.
 *
 * pages.1  What is returned was true at some instant of the call. A page may be purged or swapped
 *          out, and in a registered range never come back, right afterwards.
 */
#ifndef VR_PAGES_H
#define VR_PAGES_H

#include "vrange/kernel.h"

/* a page is of a kind if (state & mask) == value */
struct vr_pages_kind {
	uint64_t mask, value;
};

extern const struct vr_pages_kind vr_pages_missing;   /* neither present nor swapped out */
extern const struct vr_pages_kind vr_pages_in_memory; /* present */
extern const struct vr_pages_kind vr_pages_swapped;
extern const struct vr_pages_kind vr_pages_exclusive; /* present, and mapped by this process only */

/* The first run of this kind in @s. 1 and *@run, 0: there is none, or -errno. */
int vr_pages_run(int pagemap, struct vr_span s, struct vr_pages_kind kind, struct vr_span *run);

/* Calls @act for each run of this kind in @s, until one returns other than 0; returns that. */
int vr_pages_each(struct vr_span s, struct vr_pages_kind kind,
		  int (*act)(struct vr_span run, void *arg), void *arg);

#endif
