/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/pages.h"

#define AT_ONCE 64 /* pages that are asked about in one call: half a kilobyte of stack */

const struct vr_pages_kind vr_pages_missing = { VR_PAGES_PRESENT | VR_PAGES_SWAPPED, 0 };
const struct vr_pages_kind vr_pages_in_memory = { VR_PAGES_PRESENT, VR_PAGES_PRESENT };
const struct vr_pages_kind vr_pages_swapped = { VR_PAGES_SWAPPED, VR_PAGES_SWAPPED };
const struct vr_pages_kind vr_pages_exclusive = { VR_PAGES_PRESENT | VR_PAGES_EXCLUSIVE,
						  VR_PAGES_PRESENT | VR_PAGES_EXCLUSIVE };

/* The first address in @s whose page is of the kind (@of), or is not (!@of); s.end if none. */
static long first(int pagemap, struct vr_span s, struct vr_pages_kind kind, bool of)
{
	uint64_t page[AT_ONCE];

	while (s.start < s.end) {
		size_t want = vr_span_pages(s) < AT_ONCE ? vr_span_pages(s) : AT_ONCE;
		long n = vr_kernel_pages(pagemap, s.start, page, want);

		if (n <= 0)
			return n < 0 ? n : -EIO;
		for (long i = 0; i < n; i++, s.start += VR_PAGE)
			if (((page[i] & kind.mask) == kind.value) == of)
				return (long)s.start;
	}
	return (long)s.end;
}

int vr_pages_run(int pagemap, struct vr_span s, struct vr_pages_kind kind, struct vr_span *run)
{
	long at = first(pagemap, s, kind, true);

	if (at < 0 || (uintptr_t)at == s.end)
		return at < 0 ? (int)at : 0;
	run->start = s.start = (uintptr_t)at;
	at = first(pagemap, s, kind, false);
	if (at < 0)
		return (int)at;
	run->end = (uintptr_t)at;
	return 1;
}

int vr_pages_each(struct vr_span s, struct vr_pages_kind kind,
		  int (*act)(struct vr_span run, void *arg), void *arg)
{
	int pagemap = vr_kernel_pagemap(), found = pagemap < 0 ? pagemap : 1, result = 0;
	struct vr_span run;

	while (found > 0 && result == 0) {
		found = vr_pages_run(pagemap, s, kind, &run);
		if (found > 0)
			result = act(run, arg);
		s.start = run.end;
	}
	if (pagemap >= 0)
		pe_sys_close(pagemap);
	return found < 0 ? found : result;
}
