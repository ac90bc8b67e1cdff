/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start - the conditions in which a program is started, beside the usual ones: what a parent may
 * hand on over exec without meaning to.
 */
#ifndef PE_FUZZ_START_H
#define PE_FUZZ_START_H

#include "fuzz/policy.h"

/* In the process that is about to execute the program. */
void pe_fuzz_start_apply(enum pe_fuzz_policy_start start);

#endif
