/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run - one run of a command in a world of its own.
 *
 *   this process ── watcher (new namespaces) ── init, pid 1 ─┬─ canary server and its canaries
 *        │ pidfd, timeout                                    └─ the command
 *        '-- killing the watcher ends them all
 */
#ifndef PE_FUZZ_RUN_H
#define PE_FUZZ_RUN_H

#include <limits.h>
#include <stdbool.h>

#include "fuzz/plan.h"
#include "fuzz/canary.h"

struct pe_fuzz_run {
	char folder[64]; /* for the page, the log and the events; made and removed by the caller */
	char library[PATH_MAX];	   /* the preload library */
	struct pe_fuzz_page *page; /* what was found stays here until done */
	bool timed_out;
	int status; /* the command's, as of waitpid(); -1: it did not end by itself */
	void (*tick)(void *context); /* called each second of a run */
	void *context;
};

/* From here on SIGINT, SIGTERM, SIGHUP and SIGPIPE end the run under way, and no more. */
void pe_fuzz_run_catch(void);

/* All is tidied up: if one of them came, it ends this process now. */
void pe_fuzz_run_pass_on(void);

/* Run @plan's command once, with the seed and the policy of its run @pid. 0, or an exit status
 * after an error line: no run can be had here. */
int pe_fuzz_run(struct pe_fuzz_run *run, const struct pe_fuzz_plan *plan, unsigned int pid);

/* The name of a file of the run; valid until the next call. */
const char *pe_fuzz_run_file(const struct pe_fuzz_run *run, const char *name);

/* Remove the run's files and its page. */
void pe_fuzz_run_done(struct pe_fuzz_run *run);

#endif
