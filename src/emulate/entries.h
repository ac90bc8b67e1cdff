/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * entries - PIDEPOCH_NR_waitpidv: the states of many processes, without waiting or reaping.
 *
 *   the caller's entries ── copied ──> each: pin, is it still running?
 *                        ── is the caller still held? ──> those that changed are written back
 *
 * entries.1  Only its parent can reap a process. So an end is returned with the status
 *            PIDV_UNREAPED, and the caller reaps. Stops and continuations are events for the parent
 *            only, and are not returned.
 * entries.2  The cursor is read before the first entry (S12).
 * entries.3  An entry that cannot be judged does not prevent the others' results (waitpidv.5).
 * entries.4  Bounded: PIDEPOCH_WAITPIDV_MOST entries take milliseconds, while other calls wait.
 */
#ifndef PE_EMULATE_ENTRIES_H
#define PE_EMULATE_ENTRIES_H

#include <pidepoch.h>

#include "emulate/epochs.h"
#include "supervisor/worker/worker.h"

long pe_entries_ask(struct pe_worker_call *c);

/* input of the two calls that take entries */
struct pe_entries {
	struct pidv *entry; /* the caller's, copied */
	size_t count;
	pidepoch_snapshot_t snapshot; /* of entries without a tag */
};

/* 0, the call's errno, or -EINPROGRESS (helper.h). @flags: the flags that are valid */
long pe_entries_read(struct pe_worker_call *c, struct pe_entries *e, uint32_t flags);

/* 0: @pin has a descriptor, which the caller closes; or an errno */
int pe_entries_pin(const struct pe_worker_call *c, const struct pe_entries *e, const struct pidv *v,
		   struct pe_epochs_pin *pin);

static inline bool pe_entries_is_final(const struct pidv *v)
{
	return v->state >= PIDV_EXITED;
}

#endif
