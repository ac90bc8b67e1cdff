/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * headroom - how much memory this process could still use.
 *
 * The least of MemAvailable and of what is left of its memory cgroups' limits (cgroup.h). A file
 * that cannot be read counts as no limit.
 */
#ifndef VR_HEADROOM_H
#define VR_HEADROOM_H

#include "core/contract.h"

uint64_t vr_headroom(void); /* bytes */

#endif
