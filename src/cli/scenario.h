/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scenario - one play of the demonstration.
 *
 *   the program       "reaped 345" ........................ kill(345) "sent" or "No such process"
 *   the kernel                      346 347 ... 399 300 ... 345
 *   the innocent                                            born, "ready"   ... what it got
 *
 * scenario.1  Every step waits for the one before: a line of the program, the birth of the pid,
 *             "ready", the end of the program's output, the innocent's own list. Nothing waits for
 *             time to pass.
 * scenario.2  What is handed back was said by the program, by the innocent and by the notices;
 *             nothing is inferred.
 */
#ifndef PE_CLI_SCENARIO_H
#define PE_CLI_SCENARIO_H

#include <limits.h>
#include <sys/types.h>

#include "command/namespace.h"

enum pe_scenario_mode {
	PE_SCENARIO_NATIVE,
	PE_SCENARIO_REFUSE,
	PE_SCENARIO_REPORT,
	PE_SCENARIO_MODES
};

/* what all plays share */
struct pe_scenario {
	enum pe_namespace_pids how;
	char self[PATH_MAX]; /* this command, for "run" */
	char innocent[PATH_MAX];
	char log[PATH_MAX];
};

struct pe_scenario_outcome {
	pid_t pid;  /* the pid that the program kept too long */
	int hits;   /* signals that the innocent got */
	int signal; /* the last of them */
	pid_t sender;
	char said[4096]; /* by the program, all of it */
	char told[4096]; /* by pidepoch, the log */
};

/* 0, or -1 after an error line */
int pe_scenario_play(const struct pe_scenario *s, const char *const *argv,
		     enum pe_scenario_mode mode, struct pe_scenario_outcome *o);

#endif
