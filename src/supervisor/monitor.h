/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * monitor - starts the supervisor beside a program about to be executed, and keeps the listener
 * open while it replaces workers.
 *
 *   pidepoch run ── clone ──> (gone) ── clone ──> monitor ── fork ──> worker
 *        │ filter, listener ─────────────────────>  │                  │
 *        │ <───────────────────────────── ready ────┘                  │
 *        └─ exec: the program <──────────────── answers ───────────────┘
 *
 * monitor.1  The program replaces the caller. So none of our processes is its child, sends it
 *            SIGCHLD or is found by its waits. (The first process of a pid namespace and a
 *            subreaper adopt orphans: there the monitor is a clone child from the start, which only
 *            __WALL and __WCLONE find.)
 * monitor.2  Monitor and worker have a process group of their own, no descriptor of the program's,
 *            and every signal blocked. (A session of their own would also be a scheduler autogroup
 *            of its own, and a notified call would cost a sixth more.)
 * monitor.3  Either may be killed: the monitor starts another worker, and a worker without a
 *            monitor becomes one. Calls wait meanwhile.
 * monitor.4  If a worker crashed while it served a call, that call is continued, and not given to
 *            the next worker.
 * monitor.5  Both end when the last watched process ends, and before its parent is notified, where
 *            the kernel allows that (end.h).
 * monitor.6  Their command line is their own (title.h): a pattern that selects the program by its
 *            command line does not select them.
 */
#ifndef PE_SUPERVISOR_MONITOR_H
#define PE_SUPERVISOR_MONITOR_H

#include "core/frame/policy.h"
#include "core/frame/stats.h"
#include "core/token.h"

struct pe_monitor_plan {
	enum pe_policy policy;
	int stale_errno;
	enum pe_evidence_policy evidence;
	struct pe_moment_pair run; /* the clocks when the run began */
	bool handles;		   /* PIDEPOCH_HANDLES: see core/frame/settings.h */
	const char *log;	   /* absolute path, or NULL */
	const char *events;	   /* the same */
	const char *summary;	   /* core/record/tally.h, or NULL */
	bool once;		   /* each process gets one notice */
	bool stacks;		   /* record stacks in events */
	bool share_waits;	   /* S17 */
	const char *trust;	   /* patterns separated by colons, or NULL */
	/* of libvrange, or NULL: its calls by number are not served */
	int (*fvrange)(int fd, off_t offset, size_t length, int mode, int behavior);
	void (*ended)(void); /* called in the monitor after the last program has ended, or NULL */
	bool plain;	     /* without CAP_SYS_ADMIN: no_new_privs is set */
	struct pe_fuzz_page *fuzz; /* of `pidepoch fuzz`, shared memory; or NULL */
};

/* Watch this process and all its descendants. 0; 1: their memory can be read as well
 * (core/token.h); or -errno, and nothing has changed: -EBUSY: there is a listener already; -ENOSYS:
 * the kernel lacks a mechanism; -EAGAIN: fork failed; -ENOMEM; -ENOENT: /proc is not that of our
 * pid namespace. -EPIPE: the monitor has ended with the filter installed: this process must end. */
int pe_monitor_start(const struct pe_monitor_plan *plan);

/* Has the supervisor that watches this process been killed, so that notified calls fail with
 * ENOSYS? A new one can be started: of two filters that notify a call, the newer one's listener
 * gets it. Nothing but a token keeps our own calls from the old filter; so this process must have
 * the library (token.7). */
bool pe_monitor_is_missing(void);

#endif
