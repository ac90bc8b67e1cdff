/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ranges - VRANGE_NR_* of vrange.h, for programs that cannot load libvrange.
 *
 *   fvrange(fd, ...) ──> helper: the caller's descriptor ──> caller still held? ──> fork
 *                                      child: the caller's user, no capability ──> libvrange
 *
 * ranges.1  fvrange() is made by libvrange, in a process that has the caller's user and group ids,
 *           no supplementary group and no capability. So the kernel applies the caller's rights, or
 *           fewer, to the ledger, and the descriptor is one that the caller has.
 * ranges.2  -EPERM for a caller that is confined in another way (confinement.h), or that is in
 *           another user namespace. ENOSYS for one in another mount namespace or root directory,
 *           which may have another /dev/shm, and where libvrange was not asked for.
 * ranges.3  If a lock of the ledger is never released, the caller and other calls of the same user
 *           wait for PE_HELPER_TIMEOUT; then the call fails with ENOSYS.
 * ranges.4  mvrange() and vrange() of memory: arguments are checked, and nothing is ever purged.
 *           Only the process itself could be sent SIGBUS for a lost page.
 */
#ifndef PE_EMULATE_RANGES_H
#define PE_EMULATE_RANGES_H

#include "supervisor/worker/worker.h"

long pe_ranges_serve(struct pe_worker_call *c);

#endif
