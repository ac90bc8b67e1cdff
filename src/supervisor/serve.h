/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serve - the worker: receives one notified call after the other, judges it, and answers it.
 *
 *   monitor ── fork ──> worker: receive into the child table ─> judge ─> answer ─> ...
 *     ^                   │ killed, at any instruction
 *     '── fork again ─────'          the next worker finds the call there, and answers it
 *
 * serve.1  Nothing here waits for a watched program. A call is answered at once, or parked while a
 *          helper does what may take long (helper.h). One that would block is continued, and the
 *          kernel does the waiting.
 * serve.2  In case of doubt, a call is continued.
 * serve.3  A call is continued, or is answered with a result. Everything that is done for it is
 *          done before the answer, and the next worker may do it again.
 * serve.4  The end of the monitor sends a signal, whose handler leaves the blocking receive by
 *          siglongjmp(). A call that was received just then is found in the child table, as after
 *          the death of a worker.
 * serve.5  While several calls wait, users take turns (turns.h). Long work is done in parts, one
 *          for each turn.
 */
#ifndef PE_SUPERVISOR_SERVE_H
#define PE_SUPERVISOR_SERVE_H

#include <limits.h>
#include <stdbool.h>

#include "supervisor/child_table.h"
#include "core/frame/frame.h"
#include "supervisor/notify_filter.h"
#include "supervisor/peer.h"

/* returned instead of a result: continue the call */
#define PE_SERVE_LET LONG_MIN
/* returned instead of a result: the call has been answered already */
#define PE_SERVE_DONE (LONG_MIN + 1)

struct pe_serve {
	int listener;
	int births; /* the socket of fork events (fork_events.h), or -errno */
	struct pe_child_table *table;
	struct pe_epochs *epochs;
	struct pe_stack_waits *waits; /* or NULL: no stacks */
	struct pe_settings set;	      /* of the run: policy, errno, log, what descriptor 2 was */
	const char *trust;	      /* patterns separated by colons; or NULL */
	int run;		      /* the pid of the program, which the supervisor is named by */
	int ours[2];		      /* the pids of the monitor and of the worker */
	bool no_monitor;	      /* there is no monitor, and none can be started */
	int adopter; /* the pid of the program, if orphans below it become its children; or 0 */
};

/* a notified call with its caller */
struct pe_serve_call {
	struct pe_serve *s;
	const struct seccomp_notif *n;
	enum pe_notify_filter_call what;
	struct pe_peer *peer;
	int place;	  /* in the child table */
	unsigned int ops; /* requested for this call so far (helper.h) */
};

/* returned instead of a result: it is served in parts, and waits for its next turn */
#define PE_SERVE_AGAIN (LONG_MIN + 2)

enum pe_serve_end { PE_SERVE_ENDED, PE_SERVE_ORPHANED, PE_SERVE_BROKEN };

/* Serve calls until the last watched process or the monitor has ended. All signals must be
 * blocked. */
enum pe_serve_end pe_serve_run(struct pe_serve *s);

#endif
