/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings - what the host of a frame decides: policy, where notices and events go, which newer
 * kernel mechanisms are left out. Read once, before the first entry; the engine only reads them.
 */
#ifndef PE_CORE_FRAME_SETTINGS_H
#define PE_CORE_FRAME_SETTINGS_H

#include "core/contract.h"

#include <time.h>

#include "core/frame/verdict.h"
#include "core/stack/unwind.h"
#include "core/time/moment.h"

struct pe_event_outside;
struct pe_fuzz_page;

enum pe_old { /* PIDEPOCH_FORCE_OLD: do without this newer mechanism */
	      PE_OLD_RSEQ = 1 << 0,
	      PE_OLD_INODE = 1 << 1,
	      PE_OLD_WIPE = 1 << 2,
	      PE_OLD_PIDFD = 1 << 3,
	      PE_OLD_RING = 1 << 4,
	      PE_OLD_HANDLE = 1 << 5,
	      PE_OLD_PIDFS_ROOT = 1 << 6,
};

/* about a pid whose holder is younger than what it was learned from (core/evidence/evidence.h) */
enum pe_evidence_policy {
	PE_EVIDENCE_OFF,
	PE_EVIDENCE_TELL,
	PE_EVIDENCE_ACT, /* refuse acts, report probes */
	PE_EVIDENCE_ALL, /* refuse both */
};

struct pe_settings {
	enum pe_policy policy;
	int stale_errno; /* ESRCH or PE_EEPOCH */
	enum pe_evidence_policy evidence;
	struct pe_moment_pair run; /* the clocks when the run began */
	uint32_t force_old;
	struct pe_fuzz_page *fuzz; /* the page of `pidepoch fuzz`, or NULL */
	bool readable;		   /* to a supervisor, our memory (token.h) */
	bool linked_only;	   /* the forks and waits of this process do not come through us */
	size_t old_bytes_most;	   /* S9's bound; 0: PE_SYNC_POINT_OLD_BYTES */
	bool trusted;		   /* the program is exempt: nothing is told, refused or aborted */
	const char *log;	   /* absolute path, or NULL: descriptor 2 */
	const char *events;	   /* absolute path, or NULL: none are written */
	bool stacks;		   /* events have stacks */
	bool handles;		   /* a group is found after its leader's reap: it was tried here */
	bool once;		   /* tell one thing, and then no more */
	struct pe_unwind unwind;
	const struct pe_event_outside *outside; /* event.h; NULL: events are about this process */
	int parent;	       /* of the process, when the program was loaded; 0: not known */
	uint64_t stderr_id[2]; /* device and inode of descriptor 2 at the start */
	uint64_t stderr_born;  /* and when that file was made; 0: not known */
	const char *name;      /* of the program, for notices */
	int pid, tid;	       /* the same; 0: of the process, and thread, that this runs in */
	bool rseq;	       /* libc registers rseq areas, this far from the thread pointer */
	ptrdiff_t rseq_offset;
	/* libc's, which makes no system call; NULL: ask the kernel */
	int (*clock)(int id, struct timespec *now);
};

/* What a program gets whose settings have not been read yet, or are wrong. */
static inline void pe_settings_default(struct pe_settings *set)
{
	set->policy = PE_POLICY_REFUSE;
	set->stale_errno = ESRCH;
	set->evidence = PE_EVIDENCE_ACT;
}

#endif
