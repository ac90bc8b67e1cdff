/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * released - what an old epoch still has of a child that has been reaped (S16).
 *
 *   (q, e) ─> tree.find_in(e, q): retired? never a child? not released yet?
 *                   └─ EXPIRED ─> the obituary of q with the greatest birth <= e
 *
 * released.1  The tree decides whether the epoch still answers: the entry of (q, e) in its page.
 * released.2  The obituary is that of the child which the entry names: a pid is allocated at most
 *             once per lap (S1).
 * released.3  A reference to a later process that is no child, which got the pid, is no question
 *             about that child: it was taken after the child's release (foreign.1).
 */
#ifndef PE_CORE_REFERENCE_RELEASED_H
#define PE_CORE_REFERENCE_RELEASED_H

#include "core/contract.h"
#include "core/frame/frame.h"

/* 0; -EINVAL: no pid, or an epoch in the future; -ESRCH: no child of this process had @pid in
 * @epoch; -EBUSY: it has not been reaped; -PE_EEPOCH: the epoch is retired, or the obituary is no
 * longer kept */
int pe_released_obituary(struct pe_frame *p, int pid, uint32_t epoch, struct pe_obituary *o);

#endif
