/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapped - mvrange() of a shared mapping of a file is fvrange() of that part of the file.
 *
 * mapped.1  The file is found by device and inode among the open descriptors of this process.
 *           Without one it cannot be purged: the mark is accepted and without effect.
 *
 * Context: under the lock of state.h. Results are >= 0 or -errno.
 */
#ifndef VR_MAPPED_H
#define VR_MAPPED_H

#include "vrange/mapping.h"
#include "vrange/state.h"

/* The checks of a mark. -EINVAL: huge pages, a device, or locked. @strict: -EOPNOTSUPP where it
 * would be without effect. */
int vr_mapped_check(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		    bool strict);

/* 0 for any mapping that is not shared. */
int vr_mapped_mark(struct vr_state *st, const struct vr_mapping *m, struct vr_span part);

/* The same. 1: a part was lost */
int vr_mapped_unmark(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		     bool partial);

#endif
