/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text - build a line in the caller's buffer, without libc. Text that does not fit is cut; the
 * final NUL always fits. Async-signal-safe.
 */
#ifndef PE_CORE_TEXT_H
#define PE_CORE_TEXT_H

#include "core/contract.h"

struct pe_text {
	char *at, *start, *limit; /* limit: room is kept for the final NUL */
};

struct pe_text pe_text_on(char *buffer, size_t size);
void pe_text_add(struct pe_text *t, const char *s);
void pe_text_part(struct pe_text *t, const char *s, size_t length); /* @s may be longer */
void pe_text_decimal(struct pe_text *t, uint64_t n);
void pe_text_padded(struct pe_text *t, uint64_t n, unsigned int digits);

void pe_text_hex(struct pe_text *t, uint64_t n, unsigned int digits); /* at least @digits digits */

/* Inside the quotes of a JSON string: a byte that is not printable ASCII becomes \u00XX. */
void pe_text_json(struct pe_text *t, const char *s);

/* Foreign text: control characters and bytes that are not ASCII become '?'. */
void pe_text_foreign(struct pe_text *t, const char *s);
const char *pe_text_end(struct pe_text *t);
size_t pe_text_length(const struct pe_text *t);

size_t pe_text_span(const char *s); /* strlen */
bool pe_text_same(const char *a, const char *b);
bool pe_text_begins(const char *s, const char *with);

/* Parse the number at the start of @s, in base 10 or 16; a number that is too large becomes
 * UINT64_MAX. The text ends at @end, or, if that is NULL, at its NUL. Returns where the digits end:
 * @s if there are none. */
const char *pe_text_digits(const char *s, const char *end, unsigned int base, uint64_t *n);
bool pe_text_parse(const char *s, uint64_t *n); /* all of @s is a decimal number */

/* Call @found for each decimal number in @data that another byte follows. @n: the number that
 * @data continues, or 0. Returns the number that @data ends with, or 0. A number that is too large
 * becomes INT32_MAX; 0 is no number. */
int pe_text_numbers(int n, const char *data, size_t bytes, void (*found)(void *arg, int n),
		    void *arg);

/* The value of the line "NAME:<blanks>VALUE" of a file such as /proc/PID/status; it ends at the
 * line's end. NULL: there is no such line. The first line is not looked at. */
const char *pe_text_field(const char *text, const char *name);

/* '*' matches any run of characters, '?' any one character */
bool pe_text_glob(const char *pattern, size_t length, const char *s);

#endif
