/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* status - the stats of another process, read from its memory. The process is not stopped or
 * changed. */
#ifndef PE_INSPECT_STATUS_H
#define PE_INSPECT_STATUS_H

#include <sys/types.h>

#include "core/frame/policy.h"
#include "core/frame/stats.h"

#define PE_STATUS_ENDS 8u

/* an obituary (S16) */
struct pe_status_end {
	uint32_t pid, thread, ago; /* thread: that reaped it, 0: not known; ms */
	bool is_known;		   /* its status */
	int status;		   /* as of wait4 */
	const char *by;		   /* the call that reaped it */
};

/* what `pidepoch top` shows in addition to the stats */
struct pe_status {
	struct pe_stats stats;
	enum pe_policy policy;
	enum pe_evidence_policy evidence;
	uint32_t uses,
		refused; /* stale uses that were reported, and those of them that were refused */
	uint64_t recent[PE_SINK_RECENT]; /* PE_SINK_USE of core/record/sink.h */
	bool trusted;
	unsigned int ends;
	struct pe_status_end end[PE_STATUS_ENDS]; /* the last ones, the latest first */
	uint64_t learned; /* the address of its evidence, for learned.h; 0: not known */
};

/* 0, or -errno: -ESRCH no such process; -EACCES, -EPERM its memory may not be read; -ENOENT it
 * has no pidepoch library; -ENODATA /proc is missing or of another pid namespace; -EPROTO the
 * library has another version; -EAGAIN it has no stats yet: only the settings are known */
int pe_status_read(pid_t pid, struct pe_status *status);

#endif
