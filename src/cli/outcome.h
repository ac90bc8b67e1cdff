/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outcome - "run --error-exitcode": the command runs as a child, and its findings change the exit
 * status.
 *
 * outcome.1  This process waits. It forwards signals that were sent to it alone (the terminal
 *            signals both processes), stops and continues with the terminal, and ends after the
 *            command.
 * outcome.2  An event counts if it was added to the file while the command ran, and its severity is
 *            warning or worse. Later events of the command's own children do not count.
 * outcome.3  A summary counts the calls that were judged and what the programs of the run reported,
 *            from a tally in shared memory. It names what could not be written, and why.
 */
#ifndef PE_CLI_OUTCOME_H
#define PE_CLI_OUTCOME_H

#include <stdbool.h>

struct pe_outcome {
	const char *log, *events; /* as given to the command; "" for none */
	int found;		  /* the exit status if there are findings; 0: they do not count */
	char summary[64];	  /* name of the tally, or "" */
};

/* Fork. Returns 0 in the child, which then executes the command; 1 in the parent after the command
 * has ended, with the exit status in @status; -1 after an error line. @summary: print one */
int pe_outcome_fork(struct pe_outcome *o, bool summary, int *status);

#endif
