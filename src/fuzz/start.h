/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start - unusual conditions in which a program is started: what a parent may pass on over exec
 * without intending it.
 */
#ifndef PE_FUZZ_START_H
#define PE_FUZZ_START_H

#include "fuzz/policy.h"

/* In the process that is about to execute the program. */
void pe_fuzz_start_apply(enum pe_fuzz_policy_start start);

#endif
