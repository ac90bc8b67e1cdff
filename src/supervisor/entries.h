/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * entries - PIDEPOCH_NR_waitpidv: what has become of many processes, without waiting and without
 * reaping.
 *
 *   the caller's entries ── copied ──> each: pin, is it still running? ── held still? ──> those that changed are written back
 *
 * entries.1  Nobody but its parent can reap a process, so an end is told with PIDV_UNREAPED for its
 *            status, and the caller reaps. Stops and continuations are events of the parent's own,
 *            and are not told at all.
 * entries.2  The cursor is read before the first entry (S12).
 * entries.3  An entry that cannot be judged keeps no other from being told (waitpidv.5).
 * entries.4  Bounded: PIDEPOCH_WAITPIDV_MOST entries take milliseconds, for which others wait.
 */
#ifndef PE_SUPERVISOR_ENTRIES_H
#define PE_SUPERVISOR_ENTRIES_H

#include <pidepoch.h>

#include "supervisor/epochs.h"
#include "supervisor/serve.h"

long pe_entries_ask(struct pe_serve_call *c);

/* What both calls on entries begin with */
struct pe_entries {
	struct pidv *entry; /* the caller's, copied */
	size_t count;
	pidepoch_snapshot_t snapshot; /* of entries without a tag */
};

/* 0, the call's errno, or -EINPROGRESS (helper.h). @flags: which it may have */
long pe_entries_read(struct pe_serve_call *c, struct pe_entries *e, uint32_t flags);

/* 0: it is to be closed; or an errno */
int pe_entries_pin(const struct pe_serve_call *c, const struct pe_entries *e, const struct pidv *v,
		   struct pe_epochs_pin *pin);

static inline bool pe_entries_is_final(const struct pidv *v)
{
	return v->state >= PIDV_EXITED;
}

#endif
