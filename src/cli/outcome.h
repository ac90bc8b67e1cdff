/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outcome - "run --error-exitcode": the command as a child, and a status of our own if it left
 * findings.
 *
 * outcome.1  This process waits. It passes on what was sent to it alone (the terminal signals
 *            both), stops and goes on with the terminal, and has ended when the command has.
 * outcome.2  What counts are the events that stand in the file when the command ends, and did not
 *            when it began; of severity warning or worse. What its own children do later is not
 *            waited for.
 */
#ifndef PE_CLI_OUTCOME_H
#define PE_CLI_OUTCOME_H

/* Fork. 0 in the child, which is to become the command; in the parent the command has ended: 1,
 * with the status to end with. -1 after an error line. @events: path; @found: the status if there
 * are findings */
int pe_outcome_fork(const char *events, int found, int *status);

#endif
