/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan - what `pidepoch fuzz` is to do: its options.
 */
#ifndef PE_FUZZ_PLAN_H
#define PE_FUZZ_PLAN_H

#include <stdbool.h>
#include <stdint.h>

enum pe_fuzz_plan_compare {
	PE_FUZZ_PLAN_STATUS = 1, /* always */
	PE_FUZZ_PLAN_STDOUT = 2,
	PE_FUZZ_PLAN_FILES = 4,
};

struct pe_fuzz_plan {
	int policy;	      /* pe_fuzz_policy_find() */
	unsigned int counted; /* bits of enum pe_fuzz_page_what: what counts as a find */
	unsigned int compare; /* bits of enum pe_fuzz_plan_compare, beside the status */
	uint64_t seed;
	unsigned int first, runs; /* runs are counted from 1, and each has a seed of its own */
	bool same;		  /* every run repeats the first one */
	unsigned int timeout;	  /* s for each run */
	unsigned int budget;	  /* s for all; 0: no limit */
	const char *save;	  /* path of the replay file, written on a find */
	const char *files;	  /* the folder of which each run has a copy; NULL: none */
	char **command;
	const char *suppressions;	  /* file for lost statuses; NULL: none */
	const char *supervisor;		  /* "auto", "on" or "off" */
	const char *corpus;		  /* directory of replay files, or NULL */
	const char *json, *sarif, *junit; /* files for the result, or NULL */
};

/* 0; an exit status after an error line; or -1: help was printed */
int pe_fuzz_plan_read(struct pe_fuzz_plan *plan, int argc, char **argv);

/* The bits that @words, separated by commas, name: for --canary. false: one is none of them. */
bool pe_fuzz_plan_canaries(const char *words, unsigned int *counted);

/* The @n-th word of --canary, from 0, or NULL. */
const char *pe_fuzz_plan_canary(unsigned int n);

/* The same for --compare, and its words for @compare. */
bool pe_fuzz_plan_compares(const char *words, unsigned int *compare);
const char *pe_fuzz_plan_compared(unsigned int compare);

#endif
