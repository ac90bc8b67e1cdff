/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup - the memory limits of this process: those of its memory cgroup (version 1 or 2) and of
 * each one above it.
 *
 * A file that cannot be read counts as no limit. Of a cgroup whose path is too long, only the root
 * is looked at, which in a container is the container's own. Signal-safe; any thread.
 */
#ifndef VR_CGROUP_H
#define VR_CGROUP_H

#include "core/contract.h"

#define VR_CGROUP_NO_LIMIT (UINT64_C(1) << 60) /* version 1 has a number as large as this */

struct vr_cgroup {
	uint64_t limit; /* bytes: the least limit, or VR_CGROUP_NO_LIMIT */
	uint64_t left;	/* bytes: the least of a limit less the usage, or VR_CGROUP_NO_LIMIT */
};

struct vr_cgroup vr_cgroup_read(void);

#endif
