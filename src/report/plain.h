/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plain - names that other programs chose, printed for a terminal.
 *
 * plain.1  What reaches the output is printable text of the user's locale, if that is UTF-8, else
 *          ASCII. Control characters (C0 and C1), bytes that are no characters, and characters that
 *          change the direction or are invisible become '?'.
 */
#ifndef PE_REPORT_PLAIN_H
#define PE_REPORT_PLAIN_H

#include <stddef.h>
#include <stdio.h>

/* How many bytes the character at @text has; 0: it is not to be printed. @text is not empty. */
size_t pe_plain_length(const char *text);

void pe_plain_print(FILE *out, const char *text);

#endif
