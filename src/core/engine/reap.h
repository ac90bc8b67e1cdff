/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reap - a wait that never releases a pid while a call of another thread uses it.
 *
 *   peek (libc's waitid, WNOWAIT: blocks, cancels, consumes nothing)
 *     │ an exit of a tracked child      close ─> drain ─> [masked] REAPING, reap, release ─> leave
 *     │ an exit of any other            [lock] no slot has come? reap, count
 *     │ a stop, continue, ptrace event  consume just that: a waitid without WEXITED cannot reap
 *     └ another wait was first         once more
 *
 * reap.1  A wait returns a child only after its own reap of it, so the zombie never reappears.
 * reap.2  Only the peek, libc's own call, blocks or is cancelled.
 * reap.3  A slot is closed only if the zombie that was seen is the slot's process instance: either
 *         no birth was recorded since before the peek, or the zombie is looked at again after the
 *         slot was read.
 * reap.4  Only exits close a slot.
 */
#ifndef PE_CORE_ENGINE_REAP_H
#define PE_CORE_ENGINE_REAP_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/sys.h"

/* libc's waitid(), a cancellation point; returns 0 or -errno */
typedef long (*pe_reap_peek)(int idtype, uint32_t id, siginfo_t *info, int options);

struct pe_reap {
	pe_reap_peek peek;
	enum pe_call by;
	int idtype; /* P_PID, P_PGID, P_ALL, P_PIDFD */
	uint32_t id;
	int options; /* as waitid takes them; WEXITED is among them */
	struct rusage *rusage;
	bool as_wait4;		     /* give a status, not a siginfo */
	int *status;		     /* of as_wait4 */
	siginfo_t *info;	     /* of waitid */
	const struct pe_known *only; /* reap this process instance only; NULL: any */
	/* with P_PID and `only`: the end was seen already, so that the first peek is left out */
	bool ended;
};

/* as_wait4: the pid, 0 or -errno. Otherwise 0 or -errno. The caller has entered the frame. */
long pe_reap(struct pe_frame *p, struct pe_thread *t, const struct pe_reap *r);

#endif
