/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait_entry - one entry of waitpidv: which process (pid, epoch) means, and its state.
 *
 *   (q, e) ── judge ──> own child, by its slot ──┐
 *                  ├──> another, by identity ────┼── at ──> running, stopped, continued, exited,
 *                  └──> ended, or unknown        │          ended
 *                       open: a pidfd of exactly this process (to be watched)
 *
 * wait_entry.1  The reference engine judges (S2). Every later look concerns the process instance
 *               that was judged, or the entry is reported as ended.
 * wait_entry.2  An own child whose waits pass through the library is reaped by pe_reap() only, so
 *               that S11 holds for it.
 * wait_entry.3  An end is delivered once: the reaper gets EXITED and the status, all others ENDED.
 * wait_entry.4  Nothing here blocks.
 * wait_entry.5  A child that the options exclude (a clone child without __WALL, another thread's
 *               with __WNOTHREAD) is treated as another process's: wait4() would fail with ECHILD.
 * wait_entry.6  A stop of a tracee is reported with WUNTRACED only: otherwise no report of its end
 *               would follow.
 * wait_entry.7  An entry without a tag, in a call without a snapshot, means the process of the sync
 *               point (S13). If that is gone or unknown, it means the caller's own unreaped child
 *               of this pid: the program learned it later, from fork.
 */
#ifndef PE_CORE_REFERENCE_WAIT_ENTRY_H
#define PE_CORE_REFERENCE_WAIT_ENTRY_H

#include "core/contract.h"
#include "core/time/identity.h"
#include "core/frame/frame.h"

/* struct pidv and PIDV_* of pidepoch.h; src/lib/waitpidv.c compares them */
enum pe_wait_entry_state {
	PE_WAIT_ENTRY_NEW,
	PE_WAIT_ENTRY_RUNNING,
	PE_WAIT_ENTRY_STOPPED,
	PE_WAIT_ENTRY_CONTINUED,
	PE_WAIT_ENTRY_EXITED,
	PE_WAIT_ENTRY_ENDED,
	PE_WAIT_ENTRY_UNKNOWN,
};

static inline bool pe_wait_entry_is_final(unsigned int state)
{
	return state >= PE_WAIT_ENTRY_EXITED;
}

static inline bool pe_wait_entry_is_state(unsigned int state)
{
	return state <= PE_WAIT_ENTRY_UNKNOWN;
}

/* the process that is meant */
struct pe_wait_entry {
	uint32_t pid;
	uint32_t slot;	   /* of the child; 0: known by `who` */
	uint64_t instance; /* generation and pid of the slot */
	uint64_t epoch;
	struct pe_identity who;
	bool ended; /* a pidfd of it has become readable */
};

struct pe_wait_result {
	int32_t status;	      /* of STOPPED, CONTINUED, EXITED */
	struct rusage *usage; /* in: filled for these three, or NULL */
};

/* RUNNING: *@l describes the process that is meant. Or ENDED, UNKNOWN, -EINVAL, or no descriptor or
 * memory left */
int pe_wait_entry_judge(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch,
			struct pe_wait_entry *l);

/* wait_entry.7: the same for the own unreaped child @pid; ENDED if there is none */
int pe_wait_entry_judge_own(struct pe_frame *p, struct pe_thread *t, int pid,
			    struct pe_wait_entry *l);

/* Does (@l->pid, @epoch) mean the same process, as far as is known without asking the kernel? */
bool pe_wait_entry_is(struct pe_frame *p, const struct pe_wait_entry *l, uint32_t epoch);

/* A close-on-exec pidfd of @l; -EAGAIN: the child is being reaped; -ESRCH: it is gone; or no
 * descriptor left */
int pe_wait_entry_open(struct pe_frame *p, struct pe_thread *t, const struct pe_wait_entry *l);

/* The state and its details. @options as of waitid, where WEXITED and WNOHANG are implied. -errno:
 * no descriptor left */
int pe_wait_entry_at(struct pe_frame *p, struct pe_thread *t, const struct pe_wait_entry *l,
		     int options, struct pe_wait_result *r);

#endif
