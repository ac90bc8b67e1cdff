/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reference - a call on (pid, epoch): pin the process that is meant, judge, make the call, unpin.
 *
 *                    tree.find(q)
 *   open slot ───────────┤──────────── anything else
 *     │ publish, check   │                │ pidfd_open
 *     │ b(slot) <= e ?   │                │ a child? ── its slot's birth
 *     v                  │                │ its identity against what was noted (foreign.h)
 *   gate: the call       │                │ neither known: wrap proof, e = A ?
 *     │                  │                v
 *     v                  │              by pidfd; or the plain call, then a check of the pidfd
 *   unpin
 *
 * reference.1  S1: no call is made before b(holder) <= e is established (verdict.3). The holder is
 *              pinned first, then judged (verdict.6).
 * reference.2  A call on a child whose waits pass through the library reaches that child or no
 *              process, whichever call it is (S11).
 * reference.3  On other processes, a call that has a pidfd form is exact. A call that only reads is
 *              verified after the read: its result is given only if the process had its pid all the
 *              time. The rest is best effort, and the error afterwards says so.
 * reference.4  A host that does not see this process's forks and waits (`set->linked_only`) has no
 *              slots. Then every reference is one to another process, children too.
 * reference.5  A reference to a child has its birth lap (S13); any other has eps(pid) of the moment
 *              when it was taken.
 * reference.6  A process that is proven gone, with a pid that is held: EEPOCH, whatever the clock
 *              says, since the pid was allocated again.
 * reference.7  Two process instances of a pid never get the same tag. If the wrap proof cannot show
 *              that the clock knows of the lap between them, taking the second reference opens a
 *              lap (clock.4).
 * reference.8  Before the first tag is handed out, the wrap proof takes its first look. So a forked
 *              child, in which the parent's child is another process, can use the tag at once; and
 *              whether it can, no earlier call in the child decides (wrap_proof.2).
 * reference.9  In a forked child, the parent's child of the time of the fork is the process that
 *              has the pid as long as the wrap proof holds: a call by the inherited tag acts, and a
 *              new reference has the same tag. A call that acts by the proof, whatever its tag
 *              came from, notes the identity, so that no later one needs the proof.
 * reference.10  A new reference to a process whose inode is noted does not look at the kernel's
 *              cursor. So it counts no lap, and makes no older reference older.
 */
#ifndef PE_CORE_REFERENCE_REFERENCE_H
#define PE_CORE_REFERENCE_REFERENCE_H

#include "core/contract.h"
#include "core/engine/guard.h"
#include "core/frame/frame.h"

#define PE_REFERENCE_PID_MOST ((1 << 22) - 1) /* the kernel's PID_MAX_LIMIT is 1 << 22 */

struct pe_pin {
	struct pe_hold hold; /* on a slot; record NULL: none */
	int fd;		     /* else a pidfd; -1: none */
	uint32_t pid;
	uint64_t epoch; /* as whole laps */
	bool child;	/* an unreaped child of the caller, as the kernel or the slot confirms */
	/* of a pin that failed: the process that was meant is proven gone */
	bool gone;
};

enum pe_pin_how {
	PE_PIN_BEST,  /* a hold where there can be one */
	PE_PIN_PIDFD, /* always a pidfd: for callers that must not hold */
};

/* Take a reference to the process that has @pid now. 0, -ESRCH, -EINVAL (not a valid pid), or no
 * descriptor or memory left */
int pe_reference_take(struct pe_frame *p, struct pe_thread *t, int pid, uint64_t *epoch);

/* Pin the process instance meant by (@pid, @epoch), for system call @nr. 0: it is there, and must
 * be unpinned. -ESRCH, -PE_EEPOCH, -EINVAL; or -EMFILE and the like */
int pe_reference_pin(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch, long nr,
		     enum pe_pin_how how, struct pe_pin *pin);

/* Release the pin. 0: the process had its pid all the time; -ESRCH or -PE_EEPOCH: it did not, or
 * may not have had it */
int pe_reference_unpin(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin);

/* Pin, call, unpin. Returns the result of the call @u, or -errno as above. */
long pe_reference_call(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
		       uint32_t epoch);

#endif
