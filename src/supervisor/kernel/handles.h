/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handles - does this kernel find a group by the file handle of its leader's pidfd, after the
 * leader was reaped?
 *
 *   leader ── setpgid ── fork ──> member, which stays
 *     '─ ends, is reaped ── open_by_handle_at ── signal 0 to the group
 *
 * The library relies on this (group.4 of core/evidence/group.h), and creates no children to try it.
 */
#ifndef PE_SUPERVISOR_KERNEL_HANDLES_H
#define PE_SUPERVISOR_KERNEL_HANDLES_H

#include <stdbool.h>

/* Creates children and reaps all children of the process, so the process must have no others.
 * @root: only by FD_PIDFS_ROOT (Linux 6.17). 0; -ENOSYS: not in this kernel; another -errno: why
 * not */
int pe_handles_try(bool root);

#endif
