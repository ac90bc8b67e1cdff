/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <sys/sysmacros.h>

#include "vrange/mapped.h"

/* What @part of a shared mapping is in its file. */
static struct vr_file_part file_part(struct vr_state *st, const struct vr_mapping *m,
				     struct vr_span part)
{
	struct vr_file_part f = { .key = { makedev(m->major, m->minor), m->inode, 0 } };

	f.start = m->offset + (part.start - m->span.start);
	f.end = f.start + vr_span_bytes(part);
	f.fd = vr_file_known(st, &f.key);
	/* with its time of birth, if the file is open here */
	if (f.fd >= 0)
		vr_file_part(f.fd, f.start, f.end, &f);
	return f;
}

int vr_mapped_check(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		    bool strict)
{
	struct vr_file_part f = { .fd = -1 };

	if (vr_mapping_kind(m) == VR_MAPPING_HUGE || vr_kernel_is_special(part))
		return -EINVAL;
	if (vr_mapping_kind(m) == VR_MAPPING_SHARED)
		f = file_part(st, m, part);
	if (f.fd < 0)
		return strict ? -EOPNOTSUPP : 0;
	return vr_file_can_mark(st, &f);
}

int vr_mapped_mark(struct vr_state *st, const struct vr_mapping *m, struct vr_span part)
{
	struct vr_file_part f;

	if (vr_mapping_kind(m) != VR_MAPPING_SHARED)
		return 0;
	f = file_part(st, m, part);
	return f.fd < 0 ? 0 : vr_file_mark(st, &f);
}

int vr_mapped_unmark(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		     bool partial)
{
	struct vr_file_part f;

	if (vr_mapping_kind(m) != VR_MAPPING_SHARED)
		return 0;
	f = file_part(st, m, part);
	return vr_file_unmark(st, &f, partial);
}
