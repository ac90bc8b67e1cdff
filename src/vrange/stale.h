/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stale - entries of the ledger whose memory is no longer the one that was marked (ledger.4).
 *
 * stale.1  The kernel is asked. An entry whose memory is not registered with us goes: the memory
 *          was unmapped since, and other memory may be there by now.
 *
 * Context: under the lock of state.h.
 */
#ifndef VR_STALE_H
#define VR_STALE_H

#include "vrange/state.h"

/* Removes what is stale in @s. One change of the ledger was reserved. */
void vr_stale_forget(struct vr_state *st, struct vr_span s);

/* Before a fork: the same for all entries, and what is left is made ready to be inherited
 * (mark.7). */
void vr_stale_before_fork(struct vr_state *st);

#endif
