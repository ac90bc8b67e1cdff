/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json - a parser for one line of JSON. It works in place.
 *
 * json.1  The input may be any bytes. The result is a value or an error; nothing is read past the
 *         end.
 * json.2  Bounded: a line with more than PE_JSON_VALUES values or PE_JSON_DEPTH levels is an error.
 * json.3  Strings are unescaped in the line itself and end with NUL. \u00XX is the byte XX
 *         (docs/events.md). A greater \uXXXX becomes '?', and so does a NUL.
 */
#ifndef PE_REPORT_JSON_H
#define PE_REPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_JSON_VALUES 512u
#define PE_JSON_DEPTH  8u

enum pe_json_type {
	PE_JSON_NULL,
	PE_JSON_BOOL,
	PE_JSON_NUMBER,
	PE_JSON_STRING,
	PE_JSON_LIST,
	PE_JSON_OBJECT
};

struct pe_json {
	enum pe_json_type type;
	const char *key;  /* of a member of an object */
	const char *text; /* of a string */
	double number;	  /* of a number; of a boolean 0 or 1 */
	const struct pe_json *first, *next;
};

struct pe_json_line {
	struct pe_json value[PE_JSON_VALUES]; /* [0] is the value of the line */
	size_t used;
	char *at, *end;
};

/* Parse @length bytes of @text. They are modified, and must stay valid as long as the result is
 * used. NULL: the text is not one JSON value. */
const struct pe_json *pe_json_parse(struct pe_json_line *line, char *text, size_t length);

/* The member @key of an object, or NULL. */
const struct pe_json *pe_json_get(const struct pe_json *object, const char *key);

/* The value of a member. @otherwise: if it is missing, has another type or does not fit. */
const char *pe_json_text(const struct pe_json *object, const char *key, const char *otherwise);
uint64_t pe_json_number(const struct pe_json *object, const char *key, uint64_t otherwise);

/* Parse a string such as "0x1f". false: it is not an address. */
bool pe_json_address(const struct pe_json *value, uint64_t *address);

#endif
