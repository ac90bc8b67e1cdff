/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suppress - findings that the user does not want to see, as the sanitizers write them: a file of
 * lines
 *
 *   kind:pattern        # a comment
 *
 * The kind is one of docs/events.md, or '*'. The pattern is a shell pattern, for the whole of a
 * function, file, module or program; a path matches by its last part, too. One match in any stack
 * is enough.
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

/* More lines from @f. 0; the number of a line that is none of that form; -errno */
int pe_suppress_read(struct pe_suppress *s, FILE *f);
bool pe_suppress_matches(const struct pe_suppress *s, const char *kind, const char *name);
void pe_suppress_free(struct pe_suppress *s);

#endif
