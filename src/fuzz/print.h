/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print - what `pidepoch fuzz` says: a line while it goes on, and what it found.
 */
#ifndef PE_FUZZ_PRINT_H
#define PE_FUZZ_PRINT_H

#include "fuzz/run.h"

struct pe_fuzz_print_total {
	unsigned int runs, timed_out, failed, finds;
	int status; /* of the last command that failed, as of waitpid() */
	unsigned long forks, releases, reuses;
};

/* On a terminal, one line that is written over: all runs so far, and @now, the one under way (or
 * NULL: none is). */
void pe_fuzz_print_progress(const struct pe_fuzz_plan *plan, const struct pe_fuzz_print_total *t,
			    const struct pe_fuzz_run *now);
void pe_fuzz_print_progress_end(void);

/* In the run @pid, @run, unrelated processes were hit. The exit status. */
int pe_fuzz_print_finds(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
			unsigned int pid);

/* None was, but @lost statuses were lost in run @pid, whose events are kept in the file "lost". The
 * exit status. */
int pe_fuzz_print_lost(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		       unsigned int pid, long lost);

/* No run did. The exit status. */
int pe_fuzz_print_nothing(const struct pe_fuzz_plan *plan, const struct pe_fuzz_print_total *t);

#endif
