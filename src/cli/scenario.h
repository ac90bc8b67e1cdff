/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scenario - one run of the demonstration.
 *
 *   the program       "reaped 345" ........................ kill(345) "sent" or "No such process"
 *   the kernel                      346 347 ... 399 300 ... 345
 *   the unrelated process                                   forked, "ready" ... what it received
 *
 * scenario.1  Every step waits for the one before: a line of the program, the fork that gets the
 *             pid, "ready", the end of the program's output, the list of the unrelated process.
 *             Nothing waits for time to pass.
 * scenario.2  The outcome is what the program, the unrelated process and the notices say; nothing
 *             is inferred.
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

/* what all runs share */
struct pe_scenario {
	enum pe_namespace_pids how;
	char self[PATH_MAX]; /* this command, for "run" */
	char innocent[PATH_MAX];
	char log[PATH_MAX];
};

struct pe_scenario_outcome {
	pid_t pid;  /* the pid that the program kept too long */
	int hits;   /* signals that the unrelated process received */
	int signal; /* the last of them */
	pid_t sender;
	char output[4096]; /* of the program */
	char log[4096];	   /* pidepoch's notices */
};

/* 0, or -1 after an error line */
int pe_scenario_play(const struct pe_scenario *s, const char *const *argv,
		     enum pe_scenario_mode mode, struct pe_scenario_outcome *o);

#endif
