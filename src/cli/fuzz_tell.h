/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_tell - what `pidepoch fuzz` says: a line while it goes on, and what it found.
 */
#ifndef PE_CLI_FUZZ_TELL_H
#define PE_CLI_FUZZ_TELL_H

#include "fuzz_run.h"

struct pe_fuzz_tell_total {
	unsigned int runs, timed_out, failed, finds;
	int status; /* of the last command that failed, as of waitpid() */
	unsigned long forks, releases, reuses;
};

/* On a terminal, one line that is written over: all runs so far, and @now, the one under way (or NULL: none is). */
void pe_fuzz_tell_progress(const struct pe_fuzz_plan *plan, const struct pe_fuzz_tell_total *t,
			   const struct pe_fuzz_run *now);
void pe_fuzz_tell_progress_end(void);

/* In the run @number, @run, strangers were hit. The exit status. */
int pe_fuzz_tell_finds(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		       unsigned int number);

/* None was, but @lost statuses were lost in run @number, whose events are kept in the file "lost". The exit status. */
int pe_fuzz_tell_lost(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		      unsigned int number, long lost);

/* No run did. The exit status. */
int pe_fuzz_tell_nothing(const struct pe_fuzz_plan *plan, const struct pe_fuzz_tell_total *t);

#endif
