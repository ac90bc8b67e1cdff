/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hidden - a child whose pid stays inside libc: that of popen() or system(), with `--waits=share`.
 *
 *   popen ──> the pid in libc's FILE ──> recorded, if it is confirmed
 *   pclose ─> libc's own wait ─┬─ has the status ──> the child is released
 *                              └─ ECHILD ──────────> the status of the obituary, once (share.h)
 *
 * hidden.1  libc's FILE is private to libc. The pid that is read there counts only if the kernel
 *           has such a child, or a wait has reaped one since popen() began.
 * hidden.2  The program never knew the pid. Once the child is gone the pid is fresh, so that no use
 *           of it is stale: it means another process.
 */
#ifndef PE_CORE_ENGINE_HIDDEN_H
#define PE_CORE_ENGINE_HIDDEN_H

#include "core/contract.h"
#include "core/engine/birth.h"

/* @child may be the child that was made since @b began. */
void pe_hidden_born(struct pe_frame *p, struct pe_thread *t, const struct pe_birth *b, int child);

/* libc's wait for @child is over. @lost: it failed with ECHILD. Returns the pid if *@status was
 * given, else -ECHILD. */
long pe_hidden_waited(struct pe_frame *p, struct pe_thread *t, int child, bool lost, int *status);

#endif
