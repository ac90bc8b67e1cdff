/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rate - how many notices a process may write in a second.
 *
 * rate.1  At most PE_RATE_MOST about pids that are equal modulo PE_RATE_CLASSES: a loop over one
 *         stale pid does not hide the notices about others. Two threads at the change of the second
 *         may write a few more.
 * rate.2  What was left out is counted. Another owner starts at zero: a forked child, or another
 *         process in a table of the supervisor.
 */
#ifndef PE_CORE_RECORD_RATE_H
#define PE_CORE_RECORD_RATE_H

#include "core/contract.h"
#include "core/frame/settings.h"

#define PE_RATE_MOST 100u

/* May @owner write a notice about @pid in this @second of any clock? If not, it is counted. */
bool pe_rate_allows(struct pe_rate *r, uint64_t owner, uint32_t pid, uint32_t second);

/* The number of notices that were left out since the last call. */
uint32_t pe_rate_take_left_out(struct pe_rate *r);

#endif
