/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * walk - the parts of a range: by mapping, and by entry of the ledger.
 *
 *   mappings  |  anonymous  |   file   |  anonymous      |
 *   ledger        +------+        +-----------+
 *                 | entry|  gap   |   entry   |   gap
 *
 * walk.1  Parts are visited in order of address, until a visit returns other than 0; that is the
 *         result.
 * walk.2  A visit of an entry may change or remove the part that it is given, and no other one.
 *
 * Context: under the lock of state.h.
 */
#ifndef VR_WALK_H
#define VR_WALK_H

#include "vrange/mapping.h"
#include "vrange/state.h"

typedef int vr_walk_part(struct vr_state *st, struct vr_span part, void *arg);
typedef int vr_walk_entry(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part,
			  void *arg);

struct vr_walk {
	vr_walk_part *anonymous;
	/* any other mapping; NULL: skipped */
	int (*other)(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		     void *arg);
	void *arg;
};

/* Each mapping of @s. -ENOMEM: a part of @s is not mapped. */
int vr_walk_mappings(struct vr_state *st, struct vr_span s, const struct vr_walk *visit);

/* Each part of @s that is not in the ledger, and each that is. */
int vr_walk_gaps(struct vr_state *st, struct vr_span s, vr_walk_part *visit, void *arg);
int vr_walk_entries(struct vr_state *st, struct vr_span s, vr_walk_entry *visit, void *arg);

/* Is all of @s in one mapping of anonymous memory? In one entry? */
bool vr_walk_is_one_mapping(struct vr_state *st, struct vr_span s);
bool vr_walk_is_one_entry(struct vr_state *st, struct vr_span s);

#endif
