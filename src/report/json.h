/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json - one line of JSON, taken apart in place.
 *
 * json.1  Any bytes may be given: the answer is a value or an error, never a read past the end.
 * json.2  Bounded: PE_JSON_VALUES values and PE_JSON_DEPTH levels; what has more is an error.
 * json.3  Strings are unescaped in the line itself and end with NUL. \u00XX is the byte XX
 *         (docs/events.md); a \uXXXX above that becomes '?', and so does a NUL.
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
	struct pe_json value[PE_JSON_VALUES]; /* [0] is the whole */
	size_t used;
	char *at, *end;
};

/* Take apart @length bytes of @text, which are changed and must live on. NULL: not one JSON
 * value. */
const struct pe_json *pe_json_parse(struct pe_json_line *line, char *text, size_t length);

/* a member of an object, or NULL */
const struct pe_json *pe_json_get(const struct pe_json *object, const char *key);

/* a member's value; the default where there is none of the type, or it does not fit */
const char *pe_json_text(const struct pe_json *object, const char *key, const char *otherwise);
uint64_t pe_json_number(const struct pe_json *object, const char *key, uint64_t otherwise);

/* "0x1f", as a value of the type string. false: it is none */
bool pe_json_address(const struct pe_json *value, uint64_t *address);

#endif
