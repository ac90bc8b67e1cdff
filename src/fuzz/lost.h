/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lost - of one run: statuses of children that were lost to somebody else's wait.
 *
 * No unrelated process feels that, so no canary tells; the library's events do.
 */
#ifndef PE_FUZZ_LOST_H
#define PE_FUZZ_LOST_H

#include "report/suppress.h"

/* How many different ones are in the file @events, which need not be there, less those that
 * @suppress names. -errno: cannot tell */
long pe_fuzz_lost_count(const char *events, const struct pe_suppress *suppress);

#endif
