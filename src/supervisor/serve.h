/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serve - the worker: takes one shown call after the other, has it judged, and answers.
 *
 *   monitor ── fork ──> worker: receive into the child table ─> judge ─> answer ─> ...
 *     ^                   │ killed, at any instruction
 *     '── fork again ─────'          the next one finds the call in the child table, and answers it
 *
 * serve.1  Nothing here waits for a watched program. A call is answered at once, or parked while a
 *          helper does what may take long (helper.h). One that would block is continued, and the
 *          kernel does the waiting.
 * serve.2  In doubt, whatever the reason, a call is let through.
 * serve.3  A call is let through, or has a result; what was done for it is done before the answer,
 *          and may be done again by the next worker.
 * serve.4  The end of the monitor is a signal, which takes the worker out of its sleep by a jump: a
 *          call that was received just then is found in the child table, as after a death.
 * serve.5  While calls wait, users take turns (turns.h). What takes long is done in parts, one for
 *          each turn.
 */
#ifndef PE_SUPERVISOR_SERVE_H
#define PE_SUPERVISOR_SERVE_H

#include <limits.h>
#include <stdbool.h>

#include "supervisor/child_table.h"
#include "core/frame/frame.h"
#include "supervisor/notify_filter.h"
#include "supervisor/peer.h"

/* what a served call's function says instead of a result: the kernel makes it */
#define PE_SERVE_LET LONG_MIN
/* it has been answered already */
#define PE_SERVE_DONE (LONG_MIN + 1)

struct pe_serve {
	int listener;
	int births; /* the socket that they come to (births.h), or -errno */
	struct pe_child_table *table;
	struct pe_epochs *epochs;
	struct pe_stack_waits *waits; /* or NULL: no stacks */
	struct pe_settings set;	      /* of the run: policy, errno, log, what descriptor 2 was */
	const char *trust;	      /* patterns, with a colon between them; or NULL */
	int run;		      /* the pid of the program, which the supervisor is named by */
	int ours[2];		      /* the pids of the monitor and of the worker */
	bool no_monitor;	      /* there is no monitor, and can be none */
	int adopter; /* the pid of the program, if orphans below it become its children; or 0 */
};

/* a shown call with its caller */
struct pe_serve_call {
	struct pe_serve *s;
	const struct seccomp_notif *n;
	enum pe_notify_filter_call what;
	struct pe_peer *peer;
	int place;	  /* in the child table */
	unsigned int ops; /* that it has asked for so far (helper.h) */
};

/* it has come a part of the way, and waits for its next turn */
#define PE_SERVE_AGAIN (LONG_MIN + 2)

enum pe_serve_end { PE_SERVE_ENDED, PE_SERVE_ORPHANED, PE_SERVE_BROKEN };

/* In a process whose signals are blocked; until the last watched process has ended, or the monitor
 * has. */
enum pe_serve_end pe_serve_run(struct pe_serve *s);

#endif
