/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings - what the host of a frame decides: the policy, where notices and events go, which newer
 * kernel mechanisms are not used. The host writes them before the first entry; afterwards the
 * engine only reads them.
 */
#ifndef PE_CORE_FRAME_SETTINGS_H
#define PE_CORE_FRAME_SETTINGS_H

#include "core/contract.h"

#include <time.h>

#include "core/frame/verdict.h"
#include "core/mechanisms.h"
#include "core/stack/unwind.h"
#include "core/time/moment.h"

struct pe_event_outside;
struct pe_fuzz_page;
struct pe_tally;

#define PE_RATE_CLASSES 64u
#define PE_SINK_RECENT	16u

/* the notices of a process in one second (core/record/rate.h); zero at the start */
struct pe_rate {
	_Atomic uint64_t owner; /* whose counts these are */
	_Atomic uint32_t second, written[PE_RATE_CLASSES];
	_Atomic uint32_t left_out;
};

/* what the host keeps of a process's notices (core/record/sink.h); zero at the start */
struct pe_sink {
	struct pe_rate rate;
	_Atomic int log_error, events_error; /* errno of the first line that was lost; 0: none */
	_Atomic bool log_said, events_said;  /* this has been reported */
	bool of_many;		  /* the notices are of other processes: the host has their rates */
	_Atomic uint32_t uses;	  /* stale uses since the exec or fork */
	_Atomic uint32_t refused; /* of these */
	_Atomic uint64_t recent[PE_SINK_RECENT]; /* PE_SINK_USE: the last ones; n-th at n modulo */
};

struct pe_settings {
	enum pe_policy policy;
	int stale_errno; /* ESRCH or PE_EEPOCH */
	enum pe_evidence_policy evidence;
	struct pe_moment_pair run; /* the clocks when the run began */
	uint32_t force_old;	   /* enum pe_old of core/mechanisms.h */
	struct pe_fuzz_page *fuzz; /* the page of `pidepoch fuzz`, or NULL */
	bool readable;		   /* a supervisor can read this process's memory (token.h) */
	bool linked_only;	   /* the library does not see this process's forks and waits */
	size_t old_bytes_most;	   /* S9's bound; 0: PE_SYNC_POINT_OLD_BYTES */
	bool trusted;		/* the program is exempt: nothing is reported, refused or aborted */
	const char *log;	/* absolute path, "journal", "syslog", or NULL: descriptor 2 */
	struct pe_sink *sink;	/* core/record/sink.h; NULL: no limit, no complaints */
	const char *summary;	/* name of the segment of core/record/tally.h, or NULL */
	struct pe_tally *tally; /* that segment, attached; or NULL */
	const char *events;	/* absolute path, or NULL: none are written */
	bool stacks;		/* events have stacks */
	bool handles;	  /* 'pidepoch run' found that a handle opens after its leader's reap */
	bool once;	  /* print one report only */
	bool share_waits; /* S17 */
	struct pe_unwind unwind;
	const struct pe_event_outside *outside; /* event.h; NULL: events are about this process */
	int parent;	       /* the parent when the program was loaded; 0: not known */
	uint64_t stderr_id[2]; /* device and inode of descriptor 2 at the start */
	uint64_t stderr_born;  /* birth time of that file; 0: not known */
	const char *name;      /* of the program, for notices */
	int pid, tid;	       /* for notices; 0: use those of the calling process and thread */
	bool rseq;	       /* libc registers rseq areas, this far from the thread pointer */
	ptrdiff_t rseq_offset;
	/* libc's clock_gettime, which makes no system call; NULL: ask the kernel */
	int (*clock)(int id, struct timespec *now);
};

/* The settings of a program whose own have not been read yet, or are invalid. */
static inline void pe_settings_default(struct pe_settings *set)
{
	set->policy = PE_POLICY_REFUSE;
	set->stale_errno = ESRCH;
	set->evidence = PE_EVIDENCE_ACT;
}

#endif
