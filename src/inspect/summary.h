/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* summary - the tally of a run (core/record/tally.h), made before it and read after it. */
#ifndef PE_INSPECT_SUMMARY_H
#define PE_INSPECT_SUMMARY_H

#include "core/record/tally.h"

#define PE_SUMMARY_NAME 64u

/* Make an empty tally; @name gets the value for PIDEPOCH_SUMMARY. 0, or -ENOMEM. */
int pe_summary_make(char name[PE_SUMMARY_NAME]);

/* Copy the tally and remove it. 0, or -ENOENT. */
int pe_summary_take(const char *name, struct pe_tally *out);

#endif
