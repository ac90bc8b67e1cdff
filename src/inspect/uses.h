/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * uses - the stale uses that happened between two looks at the programs (top.h).
 *
 * uses.1  Each process with the library keeps its last PE_SINK_RECENT uses, each supervisor the
 *         last PE_CHILD_TABLE_USES of the programs that it alone sees. Earlier uses are counted as
 *         missed. Nothing is known of a process that ended between the looks.
 */
#ifndef PE_INSPECT_USES_H
#define PE_INSPECT_USES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/frame/use.h"
#include "inspect/top.h"

struct pe_uses_use {
	pid_t pid; /* of the caller; 0: several */
	const char *comm;
	uint32_t missed; /* this many uses are not known; if not 0, the rest is 0 */
	enum pe_call call;
	uint32_t number; /* the stale pid */
	int signal;	 /* PE_USE_NO_SIGNAL: none */
	bool latent;	 /* no process had it */
	enum pe_outcome outcome;
};

typedef void pe_uses_each(void *context, const struct pe_uses_use *u);

/* @before: NULL or empty: all uses are new. */
void pe_uses_between(const struct pe_top *before, const struct pe_top *now, pe_uses_each each,
		     void *context);

/* "kill(4711, SIGTERM)" */
void pe_uses_call(char *out, size_t size, const struct pe_uses_use *u);

const char *pe_uses_outcome(enum pe_outcome outcome);

#endif
