/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lives - the life of a command in one run, or its two lives: a program that is started again reads
 * the files that it wrote before, and the pids in them.
 *
 *   run 3:     3000 3001 3002 ... ends, or is killed
 *      again:  3000 (as before)   3001, 3002 ...: unrelated processes
 *              3003               3000, 3001 ...: unrelated processes; every other run
 *   control:   21000              none of them is in use
 *
 * lives.1  The pids of two runs are different, unless a run has more than SPAN processes. So a pid
 *          that one run leaves in a file is in use in a later run only by this plan.
 * lives.2  A program that is started again has the same pid as before in every other run. In the
 *          others an unrelated process has that pid.
 */
#ifndef PE_FUZZ_LIVES_H
#define PE_FUZZ_LIVES_H

#include "fuzz/plan.h"
#include "fuzz/run.h"

struct pe_fuzz_lives {
	unsigned int number; /* of the run */
	bool control;
	uint64_t limit_ms; /* for each life */
	uint64_t usual_ms; /* of a run that is not killed */
};

/* As pe_fuzz_run(): the last life, with the results of that one. */
int pe_fuzz_lives_run(struct pe_fuzz_run *run, const struct pe_fuzz_plan *plan,
		      const struct pe_fuzz_lives *lives);

#endif
