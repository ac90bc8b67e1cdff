/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pressure - real reclaim, on demand: by the memory cgroup of the test where one can be made, else
 * by MADV_PAGEOUT, which reclaims the pages of one range and needs no privilege.
 */
#ifndef TESTS_VRANGE_PRESSURE_H
#define TESTS_VRANGE_PRESSURE_H

#include <stdbool.h>
#include <stddef.h>

/* Enters a memory cgroup (version 1 or 2) with this limit in bytes. NULL, or why there is none. */
const char *pressure_enter(size_t limit);

/* Reclaims what can be reclaimed in the cgroup; nothing without one. */
void pressure_reclaim(void);

/* Reclaims the pages of one range. */
void pressure_reclaim_range(void *start, size_t length);

/* what the caller's cgroup counts: pages swapped out, times the limit was hit; -1 unknown */
long pressure_read(const char *v1_file, const char *v2_file);

/* Removes the cgroup of a process that has ended. */
void pressure_remove(int pid);

/* Leaves and removes the cgroup. In the process that entered it. */
void pressure_leave(void);

#endif
