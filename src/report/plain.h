/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plain - prints strings of other programs, such as file names, safely for a terminal.
 *
 * plain.1  The output is printable text: UTF-8 if the user's locale is, else ASCII. Control
 *          characters (C0 and C1), invalid bytes, invisible characters, and characters that change
 *          the text direction become '?'.
 */
#ifndef PE_REPORT_PLAIN_H
#define PE_REPORT_PLAIN_H

#include <stddef.h>
#include <stdio.h>

/* The length of the character at @text in bytes; 0: it must not be printed. @text is not empty. */
size_t pe_plain_length(const char *text);

void pe_plain_print(FILE *out, const char *text);

#endif
