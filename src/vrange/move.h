/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * move - mremap() of a volatile range keeps it volatile.
 *
 * The kernel drops the registration of memory that moves: lost pages would read as zeros. So the
 * library defines mremap(). realloc() makes the call inside the C library, but needs no care: the
 * header of a block is never volatile, so the block is several mappings, and the kernel refuses to
 * resize them. realloc() copies instead, and the copy is not volatile.
 *
 * move.1  What was volatile at the old address is volatile at the new one; its lost pages are lost.
 * move.2  Memory that a mapping grows by is not volatile.
 * move.3  What cannot be registered at the new address is reported as lost by its unmark.
 * move.4  A mapping of which a part is volatile is several mappings to the kernel, which does not
 *         resize them together. It is made one for the time of the call.
 *
 * A raw mremap system call is not seen: lost pages read as zeros afterwards, and unmark says
 * intact.
 */
#ifndef VR_MOVE_H
#define VR_MOVE_H

#include "vrange/state.h"

/* @from was moved to @to, or stays there and has another size now. Under the lock. */
void vr_move(struct vr_state *st, struct vr_span from, struct vr_span to);

#endif
