/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * worker - the state of a worker, and a notified call with its caller: what serve.h hands to the
 * file that serves this kind of call.
 */
#ifndef PE_SUPERVISOR_WORKER_WORKER_H
#define PE_SUPERVISOR_WORKER_WORKER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/frame/frame.h"
#include "supervisor/kernel/notify_filter.h"
#include "supervisor/peer/peer.h"
#include "supervisor/worker/child_table.h"

/* returned instead of a result: continue the call */
#define PE_WORKER_CONTINUE LONG_MIN
/* returned instead of a result: the call has been answered already */
#define PE_WORKER_ANSWERED (LONG_MIN + 1)
/* returned instead of a result: the call is served in parts, and waits for its next turn */
#define PE_WORKER_AGAIN (LONG_MIN + 2)

struct pe_worker {
	int listener;
	int births; /* the socket of fork events (fork_events.h), or -errno */
	struct pe_child_table *table;
	struct pe_epochs *epochs;
	struct pe_stack_waits *waits; /* or NULL: no stacks */
	struct pe_settings set;	      /* of the run: policy, errno, log, what descriptor 2 was */
	const char *trust;	      /* patterns separated by colons; or NULL */
	int run;	 /* the pid of the program, which is in the title of the supervisor */
	int program;	 /* its pidfd, or -errno */
	int ours[2];	 /* the pids of the monitor and of the worker */
	bool no_monitor; /* there is no monitor, and none can be started */
	/* of libvrange, or NULL */
	int (*fvrange)(int fd, off_t offset, size_t length, int mode, int behavior);
	void (*ended)(void); /* called after the last program has ended, or NULL */
	int adopter; /* the pid of the program, if orphans below it become its children; or 0 */
};

/* a notified call with its caller */
struct pe_worker_call {
	struct pe_worker *s;
	const struct seccomp_notif *n;
	enum pe_notify_filter_call what;
	struct pe_peer *peer;
	int place;	  /* in the child table */
	unsigned int ops; /* requested for this call so far (helper.h) */
};

#endif
