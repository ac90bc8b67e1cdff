/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * junit - the result as JUnit XML: one suite, a test case for each run. The run that found
 * something is a failure with the find as its text. If no pid was released, each case is skipped.
 */
#ifndef PE_FUZZ_JUNIT_H
#define PE_FUZZ_JUNIT_H

#include <stdio.h>

#include "fuzz/session.h"
#include "report/findings.h"

void pe_fuzz_junit_put(FILE *out, const struct pe_fuzz_session *s, const struct pe_findings *f);

#endif
