/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outcome - how a run of the command has ended, as far as it is compared with other runs.
 *
 * In output and files, each run of decimal digits counts as one digit: pids, times and ports differ
 * between correct runs. The files below the current directory count (or those of folder.h), up to
 * 10,000, but not the targets of symbolic links.
 */
#ifndef PE_FUZZ_OUTCOME_H
#define PE_FUZZ_OUTCOME_H

#include "fuzz/plan.h"
#include "fuzz/run.h"

struct pe_fuzz_outcome {
	bool timed_out;
	int status; /* as of waitpid() */
	uint64_t output, files;
};

/* How @run has ended. The command's standard output, if it was kept, is copied to ours. */
void pe_fuzz_outcome_take(struct pe_fuzz_outcome *o, const struct pe_fuzz_run *run,
			  unsigned int compare);

bool pe_fuzz_outcome_differ(const struct pe_fuzz_outcome *a, const struct pe_fuzz_outcome *b);

/* "with status 1", "by signal 6 (ABRT)", "not before its time was up", into @to */
void pe_fuzz_outcome_name(const struct pe_fuzz_outcome *o, char *to, size_t size);

#endif
