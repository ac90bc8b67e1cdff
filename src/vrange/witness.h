/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * witness - how to see that a page is lost where nothing raises a signal.
 *
 *   page     0  0  0  17  ...        witness: the index of its first word that is not zero (here 3)
 *   lost     0  0  0   0  ...        that word reads as zero
 *
 * witness.1  A page whose witness is not zero has all its content: the kernel drops whole pages.
 * witness.2  The look is an atomic "or 0". It makes the page dirty in the same instant: what it
 *            found cannot be dropped afterwards.
 * witness.3  A page of zeros has no witness. To lose it changes nothing.
 * witness.4  Nothing is written to the page.
 *
 * Used for VRANGE_ZERO, and for objects where userfaultfd is forbidden.
 */
#ifndef VR_WITNESS_H
#define VR_WITNESS_H

#include "vrange/kernel.h"

struct vr_witness {
	uint32_t references; /* ledger entries that have a part of it */
	size_t pages;
	uint16_t word[]; /* of each page; VR_WITNESS_NONE */
};

#define VR_WITNESS_NONE UINT16_MAX

struct vr_witness *vr_witness_new(size_t pages); /* without references; NULL: no memory */
void vr_witness_delete(struct vr_witness *w);

/* Notes the witnesses of @s, whose first page is number @first of @w. */
void vr_witness_note(struct vr_witness *w, size_t first, struct vr_span s);

/* Makes the pages of @s dirty. The bytes that are lost. */
size_t vr_witness_lost(const struct vr_witness *w, size_t first, struct vr_span s);

#endif
