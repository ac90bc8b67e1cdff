/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run - one life of a command in a pid namespace of its own.
 *
 *   this process ── watcher (new namespaces) ── init, pid 1 ─┬─ canary server and its canaries
 *        │ pidfd, timeout                                    └─ the command
 *        '-- killing the watcher ends all of them
 *
 * The command has the pid that the caller has chosen, so that two lives have a pid in common only
 * where that is intended.
 */
#ifndef PE_FUZZ_RUN_H
#define PE_FUZZ_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fuzz/canary.h"
#include "fuzz/policy.h"

struct pe_fuzz_run {
	char folder[64]; /* for the page, the log and the events; made and removed by the caller */
	char library[PATH_MAX];	   /* the preload library */
	char files[PATH_MAX];	   /* the folder of folder.h; "": there is none */
	struct pe_fuzz_page *page; /* holds the finds until pe_fuzz_run_done() */
	bool timed_out;
	int status;  /* the command's, as of waitpid(); -1: it did not end by itself */
	uint64_t ms; /* how long it took */
	/* In the command, before its exec: start a supervisor. NULL: none is wanted, or not yet. */
	void (*supervise)(struct pe_fuzz_page *page);
	/* The same, once the control run shows that there are programs which need one; or NULL. */
	void (*supervise_bare)(struct pe_fuzz_page *page);
	void (*tick)(void *context); /* called each second of a run */
	void *context;
};

struct pe_fuzz_run_how {
	const struct pe_fuzz_policy *policy;
	uint64_t seed;
	unsigned int counted; /* bits of enum pe_fuzz_page_what */
	bool control;	      /* no pid is reused, and the start is the usual one */
	bool keeps_output;    /* standard output goes to the file "stdout" */
	pid_t pid;	      /* of the command; above 300 */
	/* The pids of an earlier life, which are in use in this one: unrelated processes have
	 * them, as far as the command has not. last 0: there are none. */
	pid_t first, last;
	uint64_t limit_ms; /* then it is ended */
	char **command;
};

/* From here on SIGINT, SIGQUIT, SIGTERM, SIGHUP and SIGPIPE only end the current run. */
void pe_fuzz_run_catch(void);

/* After the clean-up: if one of these signals arrived, this process now ends by it. */
void pe_fuzz_run_pass_on(void);

/* Run the command once. 0, or an exit status after an error line: no run is possible here. */
int pe_fuzz_run(struct pe_fuzz_run *run, const struct pe_fuzz_run_how *how);

/* CLOCK_MONOTONIC */
uint64_t pe_fuzz_run_now_ms(void);

/* The name of a file of the run; valid until the next call. */
const char *pe_fuzz_run_file(const struct pe_fuzz_run *run, const char *name);

/* Remove the run's files and its page. */
void pe_fuzz_run_done(struct pe_fuzz_run *run);

#endif
