/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * share - a status for a wait by pid that comes too late (S17).
 *
 *   wait(-1) reaps q ─> obituary: status, ANY          waitpid(q) ─> ECHILD ─> ANY and not GIVEN?
 *                                                                   └─ the status, once
 *
 * share.1  Only with `--waits=share`. A status that a wait by pid took is not given again: of two
 *          such waits one gets it, as the kernel rules.
 * share.2  The pid still means that child: it is released, has not been learned again, and the
 *          obituary is the last one of this pid.
 * share.3  As in the kernel, the status counts as given if a pointer of the caller is bad. A wait
 *          that only looks (WNOWAIT) gets it as often as it asks before it is given.
 */
#ifndef PE_CORE_ENGINE_SHARE_H
#define PE_CORE_ENGINE_SHARE_H

#include "core/contract.h"
#include "core/engine/reap.h"

/* @r is a wait by pid, for which the kernel has no child. As pe_reap(); -ECHILD: nothing to give */
long pe_share_give(struct pe_frame *p, const struct pe_reap *r);

#endif
