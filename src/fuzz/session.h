/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * session - all runs of a command, until the first find.
 *
 * session.1  A find is an act on an unrelated process: a canary received a signal, has another
 *            priority or is traced. Or the command ends differently because of the reuse
 *            (oracle.h). Or a wait came too late for its own child, because another wait had taken
 *            the status, or the kernel had. Other calls that the library saw (signal 0, a query)
 *            are not finds.
 * session.2  Each run's seed follows from --seed and the run's number; the replay file names both.
 * session.3  The first run in which an unrelated process was hit, or which ends differently, is the
 *            last one: the others would find the same. A lost status is a smaller fault, and is
 *            reported only after the last run, if there was no other find.
 * session.4  A control run comes first. It shows how the command ends without reuse, and how long
 *            it takes; a run that takes much longer hangs.
 * session.5  By default the runs have a supervisor if a program that cannot load the library was
 *            executed in the control run: a supervisor makes each run slower.
 */
#ifndef PE_FUZZ_SESSION_H
#define PE_FUZZ_SESSION_H

#include "fuzz/oracle.h"
#include "fuzz/outcome.h"
#include "fuzz/plan.h"
#include "fuzz/run.h"
#include "report/suppress.h"

enum pe_fuzz_session_result {
	PE_FUZZ_SESSION_NOTHING,
	PE_FUZZ_SESSION_UNREACHED, /* nothing, and no pid was released */
	PE_FUZZ_SESSION_ACTS,
	PE_FUZZ_SESSION_DIFFERS,
	PE_FUZZ_SESSION_LOST,
};

struct pe_fuzz_session_total {
	unsigned int runs, controls, timed_out, failed, finds;
	int status; /* of the last command that failed, as of waitpid() */
	unsigned long forks, releases, reuses;
	unsigned long awaited; /* children that were waited for without the library */
};

/* one run, for a list of all */
struct pe_fuzz_session_run {
	unsigned int number;
	uint64_t ms;
	const char *policy;
};

/* a find that is kept: its events are in the file "kept" of the run's folder, its notices in
 * "notices" */
struct pe_fuzz_session_find {
	enum pe_fuzz_session_result result;
	unsigned int number; /* of the run; 0: there is none */
	long lost;	     /* statuses */
	bool ignored;	     /* by an inherited SIGCHLD that is ignored */
	struct pe_fuzz_page page;
	struct pe_fuzz_outcome outcome;
	struct pe_fuzz_oracle oracle;
};

struct pe_fuzz_session {
	struct pe_fuzz_plan plan;
	struct pe_suppress suppress;
	struct pe_fuzz_session_total total;
	struct pe_fuzz_run run;
	struct pe_fuzz_session_find find;
	struct pe_fuzz_outcome usual;
	uint64_t usual_ms; /* the longest control run */
	uint64_t end_ms;   /* of the budget, CLOCK_MONOTONIC; 0: there is none */
	struct pe_fuzz_session_run *list;
	size_t listed;
	unsigned int trials; /* bits: the policies that had their trial */
	bool is_erratic;     /* it ended differently, with reuse and without */
};

/* Make all runs. 0, and @s->find says what was found; or an exit status after an error line. */
int pe_fuzz_session(struct pe_fuzz_session *s);

/* Remove what is kept, and free the list. */
void pe_fuzz_session_done(struct pe_fuzz_session *s);

#endif
