/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay - the file that describes one run, so that it can be repeated.
 *
 *   pidepoch-fuzz 1
 *   policy window
 *   canary kill,trace            what counts as a find
 *   compare stdout               beside the status, if anything is
 *   seed 7
 *   run 12
 *   argument python3
 *   argument watcher.py          a newline or a '%' in it as %0a, %25
 */
#ifndef PE_FUZZ_REPLAY_H
#define PE_FUZZ_REPLAY_H

#include "fuzz/plan.h"

/* Write the file @path for run @run. 0 or -errno. */
int pe_fuzz_replay_write(const struct pe_fuzz_plan *plan, unsigned int run, const char *path);

/* Read the file @path into @plan, the command included. 0, or an exit status after an error
 * line. */
int pe_fuzz_replay_read(struct pe_fuzz_plan *plan, const char *path);

#endif
