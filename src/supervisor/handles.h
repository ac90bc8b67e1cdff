/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handles - does this kernel find a group by the file handle of its leader's pidfd, after the
 * leader was reaped?
 *
 *   leader ── setpgid ── fork ──> member, which stays
 *     '─ ends, is reaped ── open_by_handle_at ── signal 0 to the group
 *
 * The library relies on it (group.4 of core/evidence/group.h), and makes no children to try it.
 */
#ifndef PE_SUPERVISOR_HANDLES_H
#define PE_SUPERVISOR_HANDLES_H

#include <stdbool.h>

/* Makes children, and waits for all that it has: for a process that has no others. @root: by
 * FD_PIDFS_ROOT alone (Linux 6.17). 0; -ENOSYS: not in this kernel; another: what forbids it */
int pe_handles_try(bool root);

#endif
