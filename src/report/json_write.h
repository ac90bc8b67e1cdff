/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json_write - writes JSON to a stream.
 *
 * json_write.1  The calls come in the order of the text. A comma is written before each value but
 *               the first of an object or a list.
 * json_write.2  A string may have any bytes. Control characters, bytes from 127 on, '<', '>' and
 *               '&' are written as \u00XX, which is the byte XX (docs/events.md). So the text may
 *               stand in the script of a page.
 */
#ifndef PE_REPORT_JSON_WRITE_H
#define PE_REPORT_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pe_json_write {
	FILE *out;
	bool more; /* the innermost open object or list has a value */
	bool line; /* the next value begins on a new line */
};

/* @key: of a member of an object, written as it is; NULL: the value is in a list, or is the whole
 * text. */

/* Begin an object ('{') or a list ('['). */
void pe_json_write_open(struct pe_json_write *w, const char *key, char bracket);

/* End it, by '}' or ']'. */
void pe_json_write_close(struct pe_json_write *w, char bracket);

void pe_json_write_text(struct pe_json_write *w, const char *key, const char *text);
void pe_json_write_number(struct pe_json_write *w, const char *key, int64_t number);
void pe_json_write_bool(struct pe_json_write *w, const char *key, bool value);

/* The caller writes one value to the stream that is returned. */
FILE *pe_json_write_raw(struct pe_json_write *w, const char *key);

/* Let the next value, or the next closing bracket, begin on a new line. */
void pe_json_write_line(struct pe_json_write *w);

#endif
