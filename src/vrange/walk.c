/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/walk.h"

int vr_walk_mappings(struct vr_state *st, struct vr_span s, const struct vr_walk *visit)
{
	const int query = vr_state_maps(st);

	while (s.start < s.end) {
		struct vr_mapping m;
		int result = vr_mapping_find(query, s.start, &m);
		struct vr_span part;

		if (result == -ENOENT || (result == 0 && m.span.start > s.start))
			return -ENOMEM;
		if (result)
			return result;
		part = vr_span_common(m.span, s);
		if (vr_mapping_kind(&m) == VR_MAPPING_ANONYMOUS)
			result = visit->anonymous(st, part, visit->arg);
		else if (visit->other)
			result = visit->other(st, &m, part, visit->arg);
		if (result)
			return result;
		s.start = part.end;
	}
	return 0;
}

int vr_walk_gaps(struct vr_state *st, struct vr_span s, vr_walk_part *visit, void *arg)
{
	while (s.start < s.end) {
		const struct vr_ledger_entry *e = vr_ledger_first(&st->ledger, s);
		struct vr_span gap = { s.start, e ? e->span.start : s.end };
		int result = gap.start < gap.end ? visit(st, gap, arg) : 0;

		if (result)
			return result;
		s.start = e ? e->span.end : s.end;
	}
	return 0;
}

int vr_walk_entries(struct vr_state *st, struct vr_span s, vr_walk_entry *visit, void *arg)
{
	struct vr_ledger_entry *e;

	while (s.start < s.end && (e = vr_ledger_first(&st->ledger, s))) {
		const struct vr_span part = vr_span_common(e->span, s);
		int result = visit(st, e, part, arg);

		if (result)
			return result;
		s.start = part.end;
	}
	return 0;
}

bool vr_walk_is_one_mapping(struct vr_state *st, struct vr_span s)
{
	struct vr_mapping m;

	return vr_mapping_find(vr_state_maps(st), s.start, &m) == 0 && m.span.start <= s.start &&
	       s.end <= m.span.end && vr_mapping_kind(&m) == VR_MAPPING_ANONYMOUS;
}

bool vr_walk_is_one_entry(struct vr_state *st, struct vr_span s)
{
	const struct vr_ledger_entry *e = vr_ledger_first(&st->ledger, s);

	return e && e->span.start <= s.start && s.end <= e->span.end;
}
