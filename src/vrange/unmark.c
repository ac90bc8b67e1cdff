/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unmark - takes volatile memory back, and finds out what was lost. */
#include "core/contract.h"

#include "vrange/mapped.h"
#include "vrange/mark.h"
#include "vrange/pages.h"
#include "vrange/stale.h"
#include "vrange/walk.h"

struct undoing {
	bool partial, lost;
};

int vr_mark_dirty(struct vr_state *st, struct vr_span run)
{
	struct vr_mapping m;
	int error = 0;

	if (!(st->without & VR_WITHOUT_POPULATE)) {
		error = vr_kernel_populate_write(run);
		return error == -EINVAL ? -EACCES : error == -EHWPOISON ? -EFAULT : error;
	}
	for (uintptr_t at = run.start; at < run.end; at += VR_PAGE) {
		error = vr_kernel_touch_write(at);
		if (error)
			return vr_mapping_find(vr_state_maps(st), at, &m) == 0 && !m.writable
				       ? -EACCES
				       : error;
	}
	return 0;
}

static int dirty_run(struct vr_span run, void *arg)
{
	return vr_mark_dirty(arg, run);
}

/* Makes what is left of a range dirty. A page that goes meanwhile (-EFAULT) is one less. */
static void keep_survivors(struct vr_state *st, struct vr_span part)
{
	while (vr_pages_each(part, vr_pages_in_memory, dirty_run, st) == -EFAULT)
		;
	while (vr_pages_each(part, vr_pages_swapped, dirty_run, st) == -EFAULT)
		;
}

static int dirty_part(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part,
		      void *arg)
{
	struct undoing *u = arg;
	int error;

	if (e->flags & VR_LEDGER_ZERO) {
		u->lost |= vr_mark_zero_lost(st, e, part);
		return 0;
	}
	error = vr_mark_dirty(st, part);
	if (error == -EFAULT || (e->flags & VR_LEDGER_LOST)) {
		u->lost = true;
		return 0;
	}
	return error;
}

/* What the range looks like after a loss: zeros, or what is left. mark.6: vr_stale_forget() was
 * called just before, and an entry without a registration is LOST. */
static void give_up(struct vr_state *st, const struct vr_ledger_entry *e, struct vr_span part,
		    bool partial)
{
	const bool keep = partial || (e->flags & VR_LEDGER_LOST);

	if (keep || vr_kernel_drop(part) != 0)
		keep_survivors(st, part);
	st->lost += vr_span_bytes(part);
}

static int end_part(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part, void *arg)
{
	const struct undoing *u = arg;

	if (e->flags & VR_LEDGER_ZERO) {
		vr_ledger_clear(&st->ledger, part);
		return 0;
	}
	if (u->lost)
		give_up(st, e, part, u->partial);
	if (vr_kernel_unregister(vr_state_uffd(st), part) == -ENOMEM) {
		/* the next unmark has to report what this one could not */
		if (u->lost)
			e->flags |= VR_LEDGER_LOST;
		return -ENOMEM;
	}
	vr_ledger_clear(&st->ledger, part);
	return 0;
}

static int unmark_file(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		       void *arg)
{
	struct undoing *u = arg;
	int result = vr_mapped_unmark(st, m, part, u->partial);

	u->lost |= result == 1;
	return result < 0 ? result : 0;
}

static int skip(struct vr_state *st, struct vr_span part, void *arg)
{
	(void)st;
	(void)part;
	(void)arg;
	return 0;
}

int vr_mark_undo(struct vr_state *st, struct vr_span s, bool partial)
{
	struct undoing u = { .partial = partial };
	const struct vr_walk files = { skip, unmark_file, &u };
	int error = vr_kernel_is_mapped(s);

	if (error == 0)
		error = vr_ledger_reserve(&st->ledger, 1);
	if (error)
		return error;
	vr_stale_forget(st, s);
	error = vr_walk_entries(st, s, dirty_part, &u);
	if (error == 0 && !vr_walk_is_one_entry(st, s) && !vr_walk_is_one_mapping(st, s))
		error = vr_walk_mappings(st, s, &files);
	if (error == 0)
		error = vr_walk_entries(st, s, end_part, &u);
	return error ? error : u.lost;
}
