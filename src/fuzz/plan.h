/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan - what `pidepoch fuzz` is to do: its options, and the replay file.
 *
 *   pidepoch-fuzz 1
 *   policy window
 *   canary kill,trace            what counts as a find
 *   seed 7
 *   run 12
 *   argument python3
 *   argument watcher.py          a newline or a '%' in it as %0a, %25
 */
#ifndef PE_FUZZ_PLAN_H
#define PE_FUZZ_PLAN_H

#include <stdbool.h>
#include <stdint.h>

struct pe_fuzz_plan {
	unsigned int policy; /* enum pe_fuzz_page_policy, or PE_FUZZ_PLAN_TURNS */
	unsigned int heeded; /* bits of enum pe_fuzz_page_what: what counts as a find */
	uint64_t seed;
	unsigned int first, runs; /* runs are counted from 1, and each has a seed of its own */
	bool same;		  /* every run repeats the first one */
	unsigned int timeout;	  /* s for each run */
	const char *save;	  /* path of the replay file, written on a find */
	char **command;
	const char *suppressions; /* file for lost statuses; NULL: none */
};

#define PE_FUZZ_PLAN_TURNS 3 /* each run has another policy */

extern const char *const pe_fuzz_plan_policies[];

/* the policy of run @run: enum pe_fuzz_page_policy */
unsigned int pe_fuzz_plan_policy(const struct pe_fuzz_plan *plan, unsigned int run);

/* 0; an exit status after an error line; or -1: help was printed */
int pe_fuzz_plan_read(struct pe_fuzz_plan *plan, int argc, char **argv);

/* Write the replay file for run @run. 0 or -errno. */
int pe_fuzz_plan_save(const struct pe_fuzz_plan *plan, unsigned int run);

#endif
