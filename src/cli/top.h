/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* top - what the forms of "pidepoch top" share. */
#ifndef PE_CLI_TOP_H
#define PE_CLI_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "inspect/top.h"

#define PE_TOP_HEAD	   "    PID  CHILD  REAPED  EPOCH    LAG  POLICY  EVID  USES  REFUSED  COMMAND"
#define PE_TOP_HEAD_NARROW "    PID  CHILD  USES  REFUSED  COMMAND"

struct pe_top_plan {
	const pid_t *roots;
	size_t n;
	double seconds; /* between two looks */
};

/* One process as a line without a newline, its name after @indent blanks. @narrow: for
 * PE_TOP_HEAD_NARROW */
void pe_top_line(char *out, size_t size, const struct pe_top_process *p, unsigned int indent,
		 bool narrow);

/* The supervisors, as a line without a newline; @before: the look before, or NULL. */
void pe_top_supervisors(char *out, size_t size, const struct pe_top *t,
			const struct pe_top *before);

/* The operands, pids; the argument of --delay. 0, or an exit status after an error line of
 * @verb. */
int pe_top_take_roots(const char *verb, struct pe_top_plan *plan, int n, char **words);
int pe_top_take_delay(const char *verb, double *seconds);

/* The live view. 0, or an exit status after an error line. */
int pe_top_screen(const struct pe_top_plan *plan);

#endif
