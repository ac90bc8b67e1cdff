// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/json.h"

#include <stdlib.h>
#include <string.h>

static bool value(struct pe_json_line *l, struct pe_json *v, unsigned int depth);

static void skip_blanks(struct pe_json_line *l)
{
	while (l->at < l->end && *l->at && strchr(" \t\r\n", *l->at))
		l->at++;
}

static bool next_is(struct pe_json_line *l, char c)
{
	skip_blanks(l);
	if (l->at >= l->end || *l->at != c)
		return false;
	l->at++;
	return true;
}

static bool word(struct pe_json_line *l, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(l->end - l->at) < n || memcmp(l->at, w, n) != 0)
		return false;
	l->at += n;
	return true;
}

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of \uXXXX. */
static bool unescape_code(struct pe_json_line *l, char *to)
{
	int code = 0;

	if (l->end - l->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hexadecimal(*l->at++);

		if (digit < 0)
			return false;
		code = code * 16 + digit;
	}
	*to = code > 0 && code < 256 ? (char)code : '?';
	return true;
}

static bool unescape(struct pe_json_line *l, char *to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *at;
	char c;

	if (l->at >= l->end)
		return false;
	c = *l->at++;
	if (c == 'u')
		return unescape_code(l, to);
	at = c ? strchr(from, c) : NULL;
	if (at)
		*to = into[at - from];
	return at != NULL;
}

/* After the opening quote. An unescaped string is never longer than the escaped one. */
static const char *string(struct pe_json_line *l)
{
	char *start = l->at, *to = start;

	while (l->at < l->end && *l->at != '"') {
		char c = *l->at++;

		if ((unsigned char)c < ' ')
			return NULL;
		if (c == '\\' && !unescape(l, &c))
			return NULL;
		*to++ = c;
	}
	if (l->at >= l->end)
		return NULL;
	l->at++;
	*to = '\0';
	return start;
}

static bool number(struct pe_json_line *l, struct pe_json *v)
{
	char digits[64];
	size_t n = 0;
	char *stopped;

	while (l->at < l->end && n < sizeof(digits) - 1 && *l->at &&
	       strchr("+-.0123456789eE", *l->at))
		digits[n++] = *l->at++;
	digits[n] = '\0';
	v->type = PE_JSON_NUMBER;
	v->number = strtod(digits, &stopped);
	return n > 0 && *stopped == '\0';
}

static struct pe_json *new_value(struct pe_json_line *l)
{
	struct pe_json *v = l->used < PE_JSON_VALUES ? &l->value[l->used++] : NULL;

	if (v)
		*v = (struct pe_json){ .type = PE_JSON_NULL };
	return v;
}

static bool member(struct pe_json_line *l, struct pe_json *v, bool named, unsigned int depth)
{
	if (named) {
		if (!next_is(l, '"'))
			return false;
		v->key = string(l);
		if (!v->key || !next_is(l, ':'))
			return false;
	}
	return value(l, v, depth);
}

/* After the opening bracket. */
static bool members(struct pe_json_line *l, struct pe_json *v, char end, unsigned int depth)
{
	const struct pe_json **link = &v->first;

	v->type = end == '}' ? PE_JSON_OBJECT : PE_JSON_LIST;
	if (next_is(l, end))
		return true;
	do {
		struct pe_json *m = new_value(l);

		if (!m || !member(l, m, end == '}', depth))
			return false;
		*link = m;
		link = &m->next;
	} while (next_is(l, ','));
	return next_is(l, end);
}

static bool value(struct pe_json_line *l, struct pe_json *v, unsigned int depth)
{
	if (depth == PE_JSON_DEPTH)
		return false;
	if (next_is(l, '{'))
		return members(l, v, '}', depth + 1);
	if (next_is(l, '['))
		return members(l, v, ']', depth + 1);
	if (next_is(l, '"')) {
		v->type = PE_JSON_STRING;
		v->text = string(l);
		return v->text != NULL;
	}
	if (word(l, "true") || word(l, "false")) {
		v->type = PE_JSON_BOOL;
		v->number = l->at[-2] == 'u';
		return true;
	}
	return word(l, "null") || number(l, v);
}

const struct pe_json *pe_json_parse(struct pe_json_line *l, char *text, size_t length)
{
	struct pe_json *whole;

	l->used = 0;
	l->at = text;
	l->end = text + length;
	whole = new_value(l);
	if (!value(l, whole, 0))
		return NULL;
	skip_blanks(l);
	return l->at == l->end ? whole : NULL;
}

const struct pe_json *pe_json_get(const struct pe_json *object, const char *key)
{
	const struct pe_json *m = object && object->type == PE_JSON_OBJECT ? object->first : NULL;

	while (m && strcmp(m->key, key) != 0)
		m = m->next;
	return m;
}

const char *pe_json_text(const struct pe_json *object, const char *key, const char *otherwise)
{
	const struct pe_json *m = pe_json_get(object, key);

	return m && m->type == PE_JSON_STRING ? m->text : otherwise;
}

uint64_t pe_json_number(const struct pe_json *object, const char *key, uint64_t otherwise)
{
	const struct pe_json *m = pe_json_get(object, key);

	/* a double is exact below 2^53; this rejects NaN, too */
	if (!m || m->type != PE_JSON_NUMBER || !(m->number >= 0 && m->number <= 9007199254740992.0))
		return otherwise;
	return (uint64_t)m->number;
}

bool pe_json_address(const struct pe_json *v, uint64_t *address)
{
	uint64_t n = 0;
	const char *s;

	if (!v || v->type != PE_JSON_STRING || strncmp(v->text, "0x", 2) != 0)
		return false;
	for (s = v->text + 2; *s; s++) {
		int digit = hexadecimal(*s);

		if (digit < 0 || n >> 60)
			return false;
		n = n << 4 | (uint64_t)digit;
	}
	*address = n;
	return s > v->text + 2;
}
