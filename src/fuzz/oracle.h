/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oracle - does the command end differently because pids are reused? (A differential oracle.)
 *
 *   control ──> usual outcome
 *   run 1, run 2 ... ──> another outcome: a suspicion
 *        └─> trial: control, run, control, run ...: how many of each end unusually?
 *
 * oracle.1  A run whose outcome is unusual only raises a suspicion, and does not count in the
 *           trial: else each flaky program would begin its trial with one unusual run.
 * oracle.2  In a trial the runs repeat the one under suspicion, and alternate with control runs of
 *           the same policy, which have the same pauses: load and time concern both alike.
 * oracle.3  Fisher's exact test (fisher.h) looks after 6, 12 and 24 runs of each kind. p < 1/900
 *           is a find. With three looks, a program that ends at random is reported in less than 1
 *           of 300 trials. Each policy has one trial, and `restart` one for each run.
 */
#ifndef PE_FUZZ_ORACLE_H
#define PE_FUZZ_ORACLE_H

#include <stdbool.h>

#define PE_FUZZ_ORACLE_MOST 24 /* runs of each kind in a trial */

struct pe_fuzz_oracle {
	unsigned int n; /* runs of each kind */
	unsigned int differ, control_differ;
};

enum pe_fuzz_oracle_verdict {
	PE_FUZZ_ORACLE_OPEN,   /* go on */
	PE_FUZZ_ORACLE_CAUSED, /* by the reuse */
	PE_FUZZ_ORACLE_CHANCE, /* not significant */
};

/* One more run of each kind has ended. */
enum pe_fuzz_oracle_verdict pe_fuzz_oracle_add(struct pe_fuzz_oracle *o, bool differs,
					       bool control_differs);

double pe_fuzz_oracle_p(const struct pe_fuzz_oracle *o);

#endif
