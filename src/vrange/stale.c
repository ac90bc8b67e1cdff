/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/pages.h"
#include "vrange/stale.h"
#include "vrange/walk.h"

/* The part of @s up to where its first mapping ends, or begins. */
static struct vr_span first_mapping(struct vr_state *st, struct vr_span s)
{
	struct vr_mapping m;

	if (vr_mapping_find(vr_state_maps(st), s.start, &m) != 0 || m.span.start >= s.end)
		return s;
	if (m.span.start > s.start)
		s.end = m.span.start;
	else if (m.span.end < s.end)
		s.end = m.span.end;
	return s;
}

/* -errno only if the descriptor is gone; the entries are lost then. */
static int is_registered(struct vr_state *st, struct vr_span s)
{
	int answer = vr_kernel_is_registered(vr_state_uffd(st), s);

	if (vr_state_descriptor_gone(answer))
		vr_state_adopt(st);
	return answer;
}

static int forget_part(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part,
		       void *arg)
{
	(void)arg;
	if ((e->flags & (VR_LEDGER_LOST | VR_LEDGER_ZERO)) || is_registered(st, part))
		return 0;
	while (part.start < part.end) {
		const struct vr_span one = first_mapping(st, part);

		if (is_registered(st, one) == 0)
			vr_ledger_clear(&st->ledger, one);
		part.start = one.end;
	}
	return 0;
}

void vr_stale_forget(struct vr_state *st, struct vr_span s)
{
	vr_walk_entries(st, s, forget_part, NULL);
}

/* mark.7: a write to one page, which keeps its content */
static void make_anonymous(int pagemap, struct vr_span s)
{
	uint64_t page = 0;
	struct vr_span run;

	if (vr_kernel_pages(pagemap, s.start, &page, 1) == 1 && (page & VR_PAGES_EXCLUSIVE))
		return;
	if (vr_pages_run(pagemap, s, vr_pages_in_memory, &run) == 1)
		vr_kernel_touch_write(run.start);
}

void vr_stale_before_fork(struct vr_state *st)
{
	const struct vr_span all = { 0, UINTPTR_MAX };
	int pagemap;

	if (st->ledger.n == 0)
		return;
	if (vr_ledger_reserve(&st->ledger, 1) == 0)
		vr_stale_forget(st, all);
	pagemap = vr_kernel_pagemap();
	for (size_t i = 0; i < st->ledger.n; i++)
		if (!(st->ledger.entry[i].flags & VR_LEDGER_ZERO))
			make_anonymous(pagemap, st->ledger.entry[i].span);
	if (pagemap >= 0)
		pe_sys_close(pagemap);
}
