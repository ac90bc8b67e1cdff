/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/witness.h"

static size_t bytes(size_t pages)
{
	return sizeof(struct vr_witness) + pages * sizeof(uint16_t);
}

struct vr_witness *vr_witness_new(size_t pages)
{
	struct vr_witness *w = pe_sys_mmap(bytes(pages));

	if (w == MAP_FAILED)
		return NULL;
	w->pages = pages;
	return w;
}

void vr_witness_delete(struct vr_witness *w)
{
	pe_sys_munmap(w, bytes(w->pages));
}

static uint16_t first_not_zero(const uint64_t *page)
{
	for (uint16_t i = 0; i < VR_PAGE / sizeof(*page); i++)
		if (page[i])
			return i;
	return VR_WITNESS_NONE;
}

void vr_witness_note(struct vr_witness *w, size_t first, struct vr_span s)
{
	for (uintptr_t at = s.start; at < s.end; at += VR_PAGE)
		w->word[first++] = first_not_zero((const uint64_t *)at);
}

size_t vr_witness_lost(const struct vr_witness *w, size_t first, struct vr_span s)
{
	size_t lost = 0;

	for (uintptr_t at = s.start; at < s.end; at += VR_PAGE, first++) {
		_Atomic uint64_t *page = (_Atomic uint64_t *)at;

		if (w->word[first] != VR_WITNESS_NONE && !atomic_fetch_or(&page[w->word[first]], 0))
			lost += VR_PAGE;
	}
	return lost;
}
