/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * release - the end of a process instance that was this process's child: what the frame knew as
 * LIVE is RELEASED.
 *
 *   a wait (reap.c)            close ─> drain ─> [masked] REAPING, reap ─> reaped ─────────┐
 *   gone by another way        lost: close ─> drain ─> [masked] REAPING ───────────────────┤
 *   a birth recorded too late  if_gone: the kernel has no such child ─> lost, as was noted ┘
 *                                    expire ─> own holds are dead ─> mark ─> bury ─> leave
 *
 * release.1  The entries are expired and this thread's interrupted calls are dead before the slot
 *            is (slot.5, hold.3).
 * release.2  Who says that a process instance is lost has proof of it. On return it is buried, by
 *            whomever; and no other life of its slot or pid has been touched.
 * release.3  A slot tells of the reap itself, call, stack and thread, where that was seen; else
 *            that it was elsewhere, and nothing of whoever noticed. What a parent noted before the
 *            fork is older than any fork of the child's: the count of strays goes on.
 */
#ifndef PE_CORE_ENGINE_RELEASE_H
#define PE_CORE_ENGINE_RELEASE_H

#include "core/contract.h"
#include "core/frame/frame.h"

/* REAPING is held, signals are masked, and the process instance has been reaped. */
void pe_release_reaped(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		       enum pe_call by);
void pe_release_leave(struct pe_frame *p, uint32_t slot); /* the closer leaves */

/* This process instance is gone, proven, by a way that took no REAPING (release.2). */
void pe_release_lost(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		     enum pe_call by);

/* What stands recorded as our child under this pid, and is not: gone by a way that was not seen, or
 * before it was recorded, which a wait has noted then (trace.6) @since so many strays. */
void pe_release_if_gone(struct pe_frame *p, struct pe_thread *t, uint32_t pid, uint32_t since);

#endif
