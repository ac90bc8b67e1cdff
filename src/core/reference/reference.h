/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reference - a call on (pid, epoch): pin who is meant, judge, make the real call, let go.
 *
 *                    tree.find(q)
 *   open slot ───────────┤──────────── anything else
 *     │ publish, check   │                │ pidfd_open
 *     │ b(slot) <= e ?   │                │ our child? ── adopted, or its slot's birth
 *     v                  │                │ its identity against what was noted (others.h)
 *   gate: the call       │                │ neither known: the census, e = A ?
 *     │                  │                v
 *     v                  │              by pidfd; or the plain call, and a look at the pidfd after it
 *   let go
 *
 * reference.1  S1: nothing is done unless b(holder) <= e has been shown (stale.h, verdict.3). The
 *              holder is pinned first, then judged (verdict.6).
 * reference.2  A call on a child whose waits we see reaches that child or nobody, whichever call it
 *              is (S11).
 * reference.3  On others, what a pidfd call stands in for is exact. What only looks is looked at
 *              again afterwards, and told only if the process had its pid all the time. The rest is
 *              best effort, and says so afterwards.
 * reference.4  A host that does not see this process's forks and waits (`set->unseen`: linked, not
 *              preloaded) has no slots: then every reference is one to another, children too.
 * reference.5  A child's own reference bears its birth lap (S13), any other's eps(pid) of the
 *              moment it was taken.
 * reference.6  Proven gone and yet held by somebody: EEPOCH, whatever the clock says, for the pid
 *              was handed out again.
 * reference.7  Two process instances of a pid never get the same tag. Where the census cannot prove
 *              that the clock knows of the lap between them, taking the second reference opens one
 *              (clock.4).
 */
#ifndef PE_CORE_REFERENCE_REFERENCE_H
#define PE_CORE_REFERENCE_REFERENCE_H

#include "core/contract.h"
#include "core/engine/guard.h"
#include "core/frame/frame.h"

/* What a pin of the program's own is published as: no drain takes it for a call that was left
 * behind. */
#define PE_REFERENCE_HELD PE_HOLD_BY_HAND

struct pe_pin {
	struct pe_hold hold; /* on a slot; record NULL: none */
	int fd;		     /* else a pidfd; -1: none */
	uint32_t pid;
	uint64_t epoch; /* as whole laps */
	bool child;	/* an unreaped child of ours, by the kernel's word or the slot's */
	/* of a pin that failed: who was meant is proven gone, and not only not proven to be there
	 * */
	bool gone;
};

enum pe_pin_how {
	PE_PIN_BEST,  /* a hold where there can be one */
	PE_PIN_PIDFD, /* always a pidfd: for who may not hold */
};

/* A reference to whoever has @pid now. 0, -ESRCH, -EINVAL (no number of a process), or want of a
 * descriptor or memory */
int pe_reference_take(struct pe_frame *p, struct pe_thread *t, int pid, uint64_t *epoch);

/* Pin the process instance meant by (@pid, @epoch), for system call @nr. 0: it is there, and must
 * be unpinned. -ESRCH, -PE_EEPOCH, -EINVAL; or -EMFILE and the like */
int pe_reference_pin(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch, long nr,
		     enum pe_pin_how how, struct pe_pin *pin);

/* Let go. 0: the pid was its all the time; -ESRCH or -PE_EEPOCH: it was not, or may not have
 * been */
int pe_reference_unpin(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin);

/* All in one. @u->pid's call, or -errno as above. */
long pe_reference_call(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
		       uint32_t epoch);

#endif
