/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zero - marks with VRANGE_ZERO: nothing is registered, and a witness tells what was lost. */
#include "core/contract.h"

#include "vrange/mark.h"
#include "vrange/walk.h"

static int zero_part(struct vr_state *st, struct vr_span s)
{
	struct vr_ledger_entry e = { .span = s, .flags = VR_LEDGER_ZERO };
	int error = vr_ledger_reserve(&st->ledger, 1);

	if (error)
		return error;
	e.witness = vr_witness_new(vr_span_pages(s));
	if (!e.witness)
		return -ENOMEM;
	vr_witness_note(e.witness, 0, s);
	error = vr_mark_free(s, st->forks);
	if (error)
		vr_witness_delete(e.witness);
	else
		vr_ledger_set(&st->ledger, e);
	return error;
}

int vr_mark_zero(struct vr_state *st, struct vr_span s, bool strict)
{
	const struct vr_ledger_entry *e = vr_ledger_first(&st->ledger, s);
	int error;

	/* the same again */
	if (vr_walk_is_one_entry(st, s) && (e->flags & VR_LEDGER_ZERO))
		return 0;
	if (e)
		return -EBUSY;
	if (!vr_walk_is_one_mapping(st, s) || (st->without & VR_WITHOUT_FREE))
		return vr_mark_files(st, s, strict);
	error = vr_kernel_is_locked(s) ? -EINVAL : 0;
	return error ? error : zero_part(st, s);
}

bool vr_mark_zero_lost(struct vr_state *st, const struct vr_ledger_entry *e, struct vr_span part)
{
	const size_t first = e->first + (part.start - e->span.start) / VR_PAGE;

	return vr_walk_is_one_mapping(st, part) && vr_witness_lost(e->witness, first, part) > 0;
}
