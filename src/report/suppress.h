/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suppress - suppressions, in the form that the sanitizers use: a file of lines
 *
 *   kind:pattern        # a comment
 *
 * The kind is one of docs/events.md, or '*'. The pattern is a shell pattern for the whole name of a
 * function, file, module or program. The last component of a path matches, too. One match in any
 * stack suppresses the finding.
 */
#ifndef PE_REPORT_SUPPRESS_H
#define PE_REPORT_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct pe_suppress {
	struct pe_suppress_line *line;
	size_t lines;
};

/* Add the lines of @f. 0; the number of the first line that is malformed; -errno. */
int pe_suppress_read(struct pe_suppress *s, FILE *f);
bool pe_suppress_matches(const struct pe_suppress *s, const char *kind, const char *name);
void pe_suppress_free(struct pe_suppress *s);

#endif
