/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tally - the calls that were judged and what was reported in the programs of a run, counted in
 * shared memory for the end of the run (PIDEPOCH_SUMMARY names the segment, see segment.h).
 *
 * tally.1  Async-signal-safe. The segment is attached when the program starts; a fork attaches the
 *          child, an exec detaches. Without PIDEPOCH_SUMMARY nothing is counted.
 * tally.2  The counts are for people. A program of the same user can write anything there.
 */
#ifndef PE_CORE_RECORD_TALLY_H
#define PE_CORE_RECORD_TALLY_H

#include "core/call.h"
#include "core/contract.h"
#include "core/frame/settings.h"

#define PE_TALLY_KINDS	  7u /* enum pe_event_kind */
#define PE_TALLY_OUTCOMES 3u /* enum pe_outcome */

struct pe_tally {
	uint64_t named;				    /* segment.2 */
	_Atomic uint64_t judged[PE_CALL_COUNT];	    /* calls on pids, by enum pe_call */
	_Atomic uint32_t notices;		    /* written */
	_Atomic uint32_t left_out;		    /* notices over the rate (sink.4) */
	_Atomic uint32_t lost_notices, lost_events; /* not written where they belong */
	_Atomic int32_t notice_error, event_error;  /* errno of the last of these */
	_Atomic uint32_t event[PE_TALLY_KINDS][PE_TALLY_OUTCOMES];
};

/* Attach the segment that @set names. If that fails, nothing is counted. */
void pe_tally_open(struct pe_settings *set);

/* A call on a pid is judged. */
static inline void pe_tally_judged(const struct pe_settings *set, enum pe_call by)
{
	if (unlikely(set->tally) && !set->trusted)
		atomic_fetch_add_explicit(&set->tally->judged[by], 1, memory_order_relaxed);
}

/* Add 1 to the count that is @offset bytes into struct pe_tally. */
void pe_tally_add(const struct pe_settings *set, size_t offset);

/* The same, and keep @error, an errno, at @where. */
void pe_tally_fail(const struct pe_settings *set, size_t offset, size_t where, int error);

#endif
