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
 * release.2  The caller has proof that the process instance is gone. On return it is buried, by
 *            this thread or another one; no other instance of its slot or pid has been changed.
 * release.3  A slot records the call, stack and thread of the reap itself, if the reap was seen.
 *            Otherwise it records that the reap was elsewhere, and nothing of the thread that
 *            noticed it. Early reaps that a parent noted before the fork are older than any fork of
 *            the child's, because the count of early reaps goes on.
 * release.4  Each release leaves one obituary (S16). That of an early reap is attributed to the
 *            child when its birth is recorded.
 */
#ifndef PE_CORE_ENGINE_RELEASE_H
#define PE_CORE_ENGINE_RELEASE_H

#include "core/contract.h"
#include "core/frame/frame.h"

/* REAPING is held, signals are masked, and the process instance has been reaped. @end: its status
 * and usage, as far as @end->flags says that they are known */
void pe_release_reaped(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		       enum pe_call by, const struct pe_obituary *end);

/* A child was reaped that has no slot. @since: the count of early reaps before */
void pe_release_stray(struct pe_frame *p, const struct pe_thread *t, uint32_t pid, enum pe_call by,
		      uint32_t since, const struct pe_obituary *end);
void pe_release_leave(struct pe_frame *p, uint32_t slot); /* the closer leaves */

/* This process instance is proven to be gone, by a way that took no REAPING (release.2). */
void pe_release_lost(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
		     enum pe_call by);
/* The same, because a fork has returned its pid: so its group is gone, too (group.3). */
void pe_release_replaced(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k);

/* Release the child recorded under @pid if the kernel no longer has such a child: it went away
 * unseen, or before it was recorded. In the second case the wait noted it (trace.6). @since: the
 * count of early reaps before the fork. */
void pe_release_if_gone(struct pe_frame *p, struct pe_thread *t, uint32_t pid, uint32_t since);

#endif
