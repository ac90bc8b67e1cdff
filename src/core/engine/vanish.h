/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vanish - children that the kernel reaps, because SIGCHLD is ignored or SA_NOCLDWAIT is set: when
 * that begins, and when it ends.
 *
 *   sigaction: ignored      begin ──> the kernel's call ──> changed: calls go by pidfd (guard.h)
 *   sigaction: no longer              the kernel's call ──> changed: release those that vanished
 *                                                           meanwhile; calls go by hold again
 *
 * vanish.1  The frame knows that children may vanish before one can. It ceases to assume so only
 *           after each recorded child was looked at: a child that exists then stays until a wait.
 * vanish.2  Of two threads that change the action at once, the last to return leaves the frame as
 *           the kernel's action is: each looks at that after its own change.
 * vanish.3  A wait that has bypassed the library (token.3) is never forgotten.
 */
#ifndef PE_CORE_ENGINE_VANISH_H
#define PE_CORE_ENGINE_VANISH_H

#include "core/contract.h"
#include "core/frame/frame.h"

/* The program is about to have its children vanish. */
void pe_vanish_begin(struct pe_frame *p);

/* The action of SIGCHLD may have changed. */
void pe_vanish_changed(struct pe_frame *p, struct pe_thread *t);

#endif
