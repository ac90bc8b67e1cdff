// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/oracle.h"

#include "fuzz/fisher.h"

#define LEVEL (1.0 / 900) /* 6 of 6 and none of 6: 1 in 924 */

double pe_fuzz_oracle_p(const struct pe_fuzz_oracle *o)
{
	return pe_fuzz_fisher(o->differ, o->control_differ, o->n);
}

static bool is_look(unsigned int n)
{
	return n == PE_FUZZ_ORACLE_MOST / 4 || n == PE_FUZZ_ORACLE_MOST / 2 ||
	       n == PE_FUZZ_ORACLE_MOST;
}

/* At a look: is it useless to continue the trial? */
static bool is_hopeless(const struct pe_fuzz_oracle *o)
{
	return o->n == PE_FUZZ_ORACLE_MOST || o->differ <= o->control_differ;
}

enum pe_fuzz_oracle_verdict pe_fuzz_oracle_add(struct pe_fuzz_oracle *o, bool differs,
					       bool control_differs)
{
	o->n++;
	o->differ += differs;
	o->control_differ += control_differs;
	if (!is_look(o->n))
		return PE_FUZZ_ORACLE_OPEN;
	if (pe_fuzz_oracle_p(o) < LEVEL)
		return PE_FUZZ_ORACLE_CAUSED;
	return is_hopeless(o) ? PE_FUZZ_ORACLE_CHANCE : PE_FUZZ_ORACLE_OPEN;
}
