/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitpidv - one step of waitpidv, without blocking: examine many entries, report those that
 * changed.
 *
 *   few entries, or no ring          look at each (wait_entry.h)
 *   many                             walk: bind each entry to a watch, arm new ones; read the ring;
 *                                    look at what it names
 *   many, changed only, as before    read the ring; look at what it names
 *
 * waitpidv.1  The tag of an entry without its own follows from the call's snapshot (S13).
 * waitpidv.2  An entry whose state is final is skipped.
 * waitpidv.3  An end is delivered to one entry as EXITED. Other entries of the same process, in
 *             this vector or another thread's, get ENDED.
 *             An entry that would be ENDED or UNKNOWN gets the status of the child's obituary, if
 *             its epoch still answers (S16): ENDED, with REAPED.
 * waitpidv.4  `changed_only`: entries are not read again while address and count are those of the
 *             thread's last call. If count has grown, the new entries are read.
 * waitpidv.5  An entry that cannot be judged (no descriptor left) does not keep others from being
 *             reported. Its error is the result only if nothing is new. An entry with unknown
 *             flags or an unknown state is one (EINVAL).
 * waitpidv.6  An entry with the pid -1 means any child that no other entry of the vector names. Its
 *             answer is a child's pid, with the epoch of a reference that was taken before the
 *             child was reaped. The kernel tells no descriptor of "any child", so a call that
 *             sleeps looks for one again and again.
 * waitpidv.7  From pe_thread_watch_fd() on the thread uses its ring for short vectors as well. Each
 *             step with the ring reads it to its end, without which it would not write to the
 *             descriptor again. A ring that is lost takes the descriptor with it: the next step
 *             fails with EPIPE.
 */
#ifndef PE_CORE_REFERENCE_WAITPIDV_H
#define PE_CORE_REFERENCE_WAITPIDV_H

#include "core/contract.h"
#include "core/reference/exit_watch.h"
#include "core/frame/frame.h"

#define PE_WAITPIDV_TAGGED 1
#define PE_WAITPIDV_REAPED 2
#define PE_WAITPIDV_ANY	   (-1) /* as the pid of an entry */

/* From this many entries on, a ring costs less, if they are asked about more than once. */
#define PE_WAITPIDV_MANY 64u

/* struct pidv */
struct pe_pidv {
	int32_t pid;
	uint32_t epoch;
	uint16_t flags;
	uint16_t state; /* enum pe_wait_entry_state */
	int32_t status;
};

struct pe_waitpidv {
	struct pe_pidv *entry;
	size_t count;
	pe_clock_time snapshot;
	bool from_sync; /* @snapshot is the sync point because the caller gave none */
	int options;	/* WNOWAIT, WUNTRACED, WCONTINUED, __WALL, __WCLONE, __WNOTHREAD */
	bool changed_only;
	bool blocks; /* the caller will sleep if nothing has changed */
	struct rusage *usage;
	uint32_t *changed; /* indexes of the entries that changed, or NULL */
	size_t changed_max;
	/* in and out */
	size_t news; /* how many entries changed */
	/* out */
	bool left;	/* there are entries that are not final, or were not reached */
	bool unwatched; /* no ring will report a change of some of them */
};

/* 0, or -errno, which is returned only if no entry changed. */
int pe_waitpidv_step(struct pe_frame *p, struct pe_thread *t, struct pe_waitpidv *v);

/* Sleep until a step may report a change. 0; -ETIME; -EINTR. Consumes nothing; the thread may be
 * cancelled here. @mask is the signal mask during the sleep only: a caller that blocks more signals
 * around steps and sleeps misses none between them. */
int pe_waitpidv_sleep(struct pe_frame *p, struct pe_thread *t, const struct pe_waitpidv *v,
		      const struct timespec *timeout, const uint64_t *mask);

#endif
