/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * results - the result for programs: JSON (docs/ci.md has its members), SARIF as `pidepoch report`
 * writes it, and JUnit XML with a test case for each run.
 */
#ifndef PE_FUZZ_RESULTS_H
#define PE_FUZZ_RESULTS_H

#include "fuzz/session.h"

/* Before the first run: can the files of @plan be written? 0, or an exit status after an error
 * line. */
int pe_fuzz_results_check(const struct pe_fuzz_plan *plan);

/* 0, or an exit status after an error line. */
int pe_fuzz_results_write(const struct pe_fuzz_session *s);

#endif
