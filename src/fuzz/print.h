/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print - the output of `pidepoch fuzz`: a progress line, and the finds.
 */
#ifndef PE_FUZZ_PRINT_H
#define PE_FUZZ_PRINT_H

#include "fuzz/run.h"

struct pe_fuzz_print_total {
	unsigned int runs, timed_out, failed, finds;
	int status; /* of the last command that failed, as of waitpid() */
	unsigned long forks, releases, reuses;
};

/* On a terminal, one line that is overwritten: the totals of all runs so far and of @now, the
 * current run (NULL: none). */
void pe_fuzz_print_progress(const struct pe_fuzz_plan *plan, const struct pe_fuzz_print_total *t,
			    const struct pe_fuzz_run *now);
void pe_fuzz_print_progress_end(void);

/* Unrelated processes were hit in @run, which is run @number. Returns the exit status. */
int pe_fuzz_print_finds(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
			unsigned int number);

/* No unrelated process was hit, but @lost statuses were lost in run @number, whose events are kept
 * in the file "lost". Returns the exit status. */
int pe_fuzz_print_lost(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		       unsigned int number, long lost);

/* No run found anything. Returns the exit status. */
int pe_fuzz_print_nothing(const struct pe_fuzz_plan *plan, const struct pe_fuzz_print_total *t);

#endif
