/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * monitor - starts the supervisor beside a program about to be executed, and keeps the listener
 * while workers come and go.
 *
 *   pidepoch run ── clone ──> (gone) ── clone ──> monitor ── fork ──> worker
 *        │ filter, listener ─────────────────────>  │                  │
 *        │ <───────────────────────────── ready ────┘                  │
 *        └─ exec: the program <──────────────── answers ───────────────┘
 *
 * monitor.1  The program takes the place of the caller: nothing of ours is its child, sends it
 *            SIGCHLD or is found by its waits. (Of a first process, or a subreaper, an orphan would
 *            become the child: there the monitor is a clone child from the start, whom only __WALL
 *            and __WCLONE find.)
 * monitor.2  Monitor and worker have a process group of their own, no descriptor of the program's,
 *            and every signal blocked. (A session of their own would be a group of its own to the
 *            scheduler, too, where that has autogroups: a shown call would cost a sixth more.)
 * monitor.3  Either may be killed: the monitor starts another worker, and a worker without a
 *            monitor becomes one. Calls wait meanwhile.
 * monitor.4  A worker that crashed over a call does not get it again: it is let through.
 * monitor.5  When the last watched process has ended both end.
 * monitor.6  Their command line is their own (title.h): a pattern that selects the program by its
 *            command line does not select them.
 */
#ifndef PE_SUPERVISOR_MONITOR_H
#define PE_SUPERVISOR_MONITOR_H

#include "core/frame/stats.h"
#include "core/token.h"

struct pe_monitor_plan {
	enum pe_policy policy;
	int stale_errno;
	const char *log;    /* absolute path, or NULL */
	const char *events; /* the same */
	bool once;	    /* each process tells one thing */
	bool stacks;	    /* events have stacks */
	const char *trust;  /* patterns, with a colon between them, or NULL */
	bool plain;	    /* without CAP_SYS_ADMIN: no_new_privs is set */
};

/* From here on this process and all that it starts are watched. 0; 1: and their memory can be read
 * (core/token.h); or -errno, and nothing has changed: -EBUSY: there is a listener already; -ENOSYS:
 * this kernel has not what is needed; -EAGAIN: no room for a process; -ENOENT: /proc is not ours.
 * -EPIPE: it was there and is gone: this process must end. */
int pe_monitor_start(const struct pe_monitor_plan *plan);

#endif
