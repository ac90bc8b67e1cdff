/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lost - of one run: statuses of children that another wait took, or that the kernel dropped
 * because SIGCHLD was inherited as ignored.
 *
 * Such a wait does nothing to an unrelated process, so no canary records it. The library's events
 * do.
 */
#ifndef PE_FUZZ_LOST_H
#define PE_FUZZ_LOST_H

#include <stdbool.h>

#include "report/suppress.h"

/* The number of different lost statuses in the file @events, without those that @suppress names. A
 * missing file counts as empty. @ignored: is one of them lost because SIGCHLD is ignored? -errno:
 * the file cannot be read. */
long pe_fuzz_lost_count(const char *events, const struct pe_suppress *suppress, bool *ignored);

#endif
