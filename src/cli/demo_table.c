// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/demo_table.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct claim {
	bool hit;	    /* the innocent gets SIGTERM */
	bool error;	    /* the program sees ESRCH */
	const char *notice; /* how the one line of the log ends, or NULL: none is written */
} claims[PE_SCENARIO_MODES] = {
	[PE_SCENARIO_NATIVE] = { true, false, NULL },
	[PE_SCENARIO_REFUSE] = { false, true, "refused: ESRCH" },
	[PE_SCENARIO_REPORT] = { true, false, "let through" },
};

static bool saw_error(const struct pe_scenario_outcome *o)
{
	return strstr(o->said, strerror(ESRCH)) != NULL;
}

/* one line, from us, that names the pid, who holds it now, and what was done */
static bool notice_is(const char *told, pid_t pid, const char *outcome)
{
	char called[32];

	snprintf(called, sizeof(called), "kill(%d, SIGTERM)", (int)pid);
	return strncmp(told, "pidepoch: ", 10) == 0 &&
	       strchr(told, '\n') == told + strlen(told) - 1 && strstr(told, called) &&
	       strstr(told, "'innocent'") && strstr(told, outcome);
}

static bool as_claimed(const struct pe_scenario_outcome *o, const struct claim *c)
{
	if (o->hits != c->hit || (c->hit && (o->signal != SIGTERM || o->sender <= 1)))
		return false;
	if (saw_error(o) != c->error || !strstr(o->said, "sent SIGTERM") != c->error)
		return false;
	return c->notice ? notice_is(o->told, o->pid, c->notice) : !*o->told;
}

static void print_cell(const struct pe_scenario_outcome *o, int width, bool ok)
{
	char cell[64];

	snprintf(cell, sizeof(cell), "%s%s%s%s", o->hits ? "HIT" : "spared",
		 saw_error(o) ? ", ESRCH" : "", *o->told ? ", told" : "", ok ? "" : " WRONG");
	printf("%-*s", width, cell);
	fflush(stdout);
}

static void print_notice(const char *told)
{
	for (size_t n; *told; told += n + (told[n] == '\n')) {
		n = strcspn(told, "\n");
		printf("    %.*s\n", (int)n, told);
	}
}

int pe_demo_table_row(const struct pe_scenario *s, const char *title, const char *const *argv)
{
	static const int widths[PE_SCENARIO_MODES] = { 10, 24, 0 };
	static struct pe_scenario_outcome outcomes[PE_SCENARIO_MODES];
	int right = 0;

	printf("%-35s", title);
	fflush(stdout);
	for (enum pe_scenario_mode m = 0; m < PE_SCENARIO_MODES; m++) {
		bool ok;

		if (pe_scenario_play(s, argv, m, &outcomes[m]) < 0)
			return -1;
		ok = as_claimed(&outcomes[m], &claims[m]);
		print_cell(&outcomes[m], widths[m], ok);
		right += ok;
	}
	printf("\n");
	for (enum pe_scenario_mode m = 0; m < PE_SCENARIO_MODES; m++)
		print_notice(outcomes[m].told);
	return right;
}

static const char *const ways[] = {
	[PE_NAMESPACE_FEW] = "pid_max is 400: a number is back after about 100 forks",
	[PE_NAMESPACE_STEERED] = "ns_last_pid tells the kernel where to go on counting",
};

void pe_demo_table_head(enum pe_namespace_pids how)
{
	printf("In a private namespace; %s.\n"
	       "HIT: an innocent process with the program's old number got its SIGTERM.\n"
	       "told: pidepoch wrote a notice; they stand below the program.\n\n"
	       "%-35s%-10s%-24s%s\n",
	       ways[how], "program", "natively", "refuse (the default)", "report");
}
