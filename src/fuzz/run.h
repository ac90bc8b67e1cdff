/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run - one run of a command in a pid namespace of its own.
 *
 *   this process ── watcher (new namespaces) ── init, pid 1 ─┬─ canary server and its canaries
 *        │ pidfd, timeout                                    └─ the command
 *        '-- killing the watcher ends all of them
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
	struct pe_fuzz_page *page; /* holds the finds until pe_fuzz_run_done() */
	bool timed_out;
	int status; /* the command's, as of waitpid(); -1: it did not end by itself */
	void (*tick)(void *context); /* called each second of a run */
	void *context;
};

/* From here on SIGINT, SIGQUIT, SIGTERM, SIGHUP and SIGPIPE only end the current run. */
void pe_fuzz_run_catch(void);

/* After the clean-up: if one of these signals arrived, this process now ends by it. */
void pe_fuzz_run_pass_on(void);

/* Run @plan's command once, with the seed and the policy of run @number. 0, or an exit status after
 * an error line: no run is possible here. */
int pe_fuzz_run(struct pe_fuzz_run *run, const struct pe_fuzz_plan *plan, unsigned int number);

/* The name of a file of the run; valid until the next call. */
const char *pe_fuzz_run_file(const struct pe_fuzz_run *run, const char *name);

/* Remove the run's files and its page. */
void pe_fuzz_run_done(struct pe_fuzz_run *run);

#endif
