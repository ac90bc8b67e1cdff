/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stage - one play of the demonstration.
 *
 *   the program       "reaped 345" ........................ kill(345) "sent" or "No such process"
 *   the kernel                      346 347 ... 399 300 ... 345
 *   the innocent                                            born, "ready"   ... what it got
 *
 * T.1  Every step waits for the one before: a line of the program, the birth of the number, "ready", the end
 *      of the program's output, the innocent's own list. Nothing waits for time to pass.
 * T.2  What is handed back was said by the program, by the innocent and by the notices; nothing is inferred.
 */
#ifndef PE_CLI_STAGE_H
#define PE_CLI_STAGE_H

#include <limits.h>
#include <sys/types.h>

#include "namespace.h"

enum pe_stage_mode { PE_STAGE_NATIVE, PE_STAGE_REFUSE, PE_STAGE_REPORT, PE_STAGE_MODES };

/* what all plays share */
struct pe_stage {
	enum pe_namespace_numbers how;
	char self[PATH_MAX]; /* this command, for "run" */
	char innocent[PATH_MAX];
	char log[PATH_MAX];
};

struct pe_stage_outcome {
	pid_t number; /* the number that the program kept too long */
	int hits;     /* signals that the innocent got */
	int signal;   /* the last of them */
	pid_t sender;
	char said[4096]; /* by the program, all of it */
	char told[4096]; /* by pidepoch, the log */
};

/* 0, or -1 after an error line */
int pe_stage_play(const struct pe_stage *s, const char *const *argv, enum pe_stage_mode mode,
		  struct pe_stage_outcome *o);

#endif
