// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/demo_table.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct claim {
	bool hit;	    /* the unrelated process receives SIGTERM */
	bool error;	    /* the program sees ESRCH */
	const char *notice; /* the end of the one line in the log; NULL: the log is empty */
} claims[PE_SCENARIO_MODES] = {
	[PE_SCENARIO_NATIVE] = { true, false, NULL },
	[PE_SCENARIO_REFUSE] = { false, true, "refused: ESRCH" },
	[PE_SCENARIO_REPORT] = { true, false, "let through" },
};

static bool saw_error(const struct pe_scenario_outcome *o)
{
	return strstr(o->output, strerror(ESRCH)) != NULL;
}

/* Is @log one notice that names the pid, the process that has it now, and the outcome? */
static bool notice_is(const char *log, pid_t pid, const char *outcome)
{
	char called[32];

	snprintf(called, sizeof(called), "kill(%d, SIGTERM)", (int)pid);
	return strncmp(log, "pidepoch: ", 10) == 0 && strchr(log, '\n') == log + strlen(log) - 1 &&
	       strstr(log, called) && strstr(log, "'innocent'") && strstr(log, outcome);
}

static bool as_claimed(const struct pe_scenario_outcome *o, const struct claim *c)
{
	if (o->hits != c->hit || (c->hit && (o->signal != SIGTERM || o->sender <= 1)))
		return false;
	if (saw_error(o) != c->error || !strstr(o->output, "sent SIGTERM") != c->error)
		return false;
	return c->notice ? notice_is(o->log, o->pid, c->notice) : !*o->log;
}

static void print_cell(const struct pe_scenario_outcome *o, int width, bool ok)
{
	char cell[64];

	snprintf(cell, sizeof(cell), "%s%s%s%s", o->hits ? "HIT" : "spared",
		 saw_error(o) ? ", ESRCH" : "", *o->log ? ", logged" : "", ok ? "" : " WRONG");
	printf("%-*s", width, cell);
	fflush(stdout);
}

static void print_notice(const char *log)
{
	for (size_t n; *log; log += n + (log[n] == '\n')) {
		n = strcspn(log, "\n");
		printf("    %.*s\n", (int)n, log);
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
		print_notice(outcomes[m].log);
	return right;
}

static const char *const ways[] = {
	[PE_NAMESPACE_FEW] = "pid_max is 400: a pid is used again after about 100 forks",
	[PE_NAMESPACE_STEERED] = "ns_last_pid sets the pid after which the kernel continues",
};

void pe_demo_table_head(enum pe_namespace_pids how)
{
	printf("In a private namespace; %s.\n"
	       "HIT: an unrelated process with the program's stale pid received its SIGTERM.\n"
	       "logged: pidepoch wrote a notice, printed below the program.\n\n"
	       "%-35s%-10s%-24s%s\n",
	       ways[how], "program", "natively", "refuse (the default)", "report");
}
