/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"

struct pe_text pe_text_on(char *buffer, size_t size)
{
	return (struct pe_text){ buffer, buffer, buffer + size - 1 };
}

static void add_byte(struct pe_text *t, char c)
{
	if (t->at < t->limit)
		*t->at++ = c;
}

void pe_text_add(struct pe_text *t, const char *s)
{
	while (*s && t->at < t->limit)
		*t->at++ = *s++;
}

void pe_text_part(struct pe_text *t, const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++)
		add_byte(t, s[i]);
}

void pe_text_padded(struct pe_text *t, uint64_t n, unsigned int digits)
{
	char reversed[20];
	unsigned int count = 0;

	do {
		reversed[count++] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	while (count < digits && count < sizeof(reversed))
		reversed[count++] = '0';
	while (count && t->at < t->limit)
		*t->at++ = reversed[--count];
}

void pe_text_decimal(struct pe_text *t, uint64_t n)
{
	pe_text_padded(t, n, 1);
}

void pe_text_hex(struct pe_text *t, uint64_t n, unsigned int digits)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		if ((unsigned int)shift / 4 < digits || n >> shift)
			add_byte(t, "0123456789abcdef"[n >> shift & 15]);
}

void pe_text_json(struct pe_text *t, const char *s)
{
	for (; *s; s++) {
		if (*s < ' ' || *s >= 127) {
			pe_text_add(t, "\\u");
			pe_text_hex(t, (unsigned char)*s, 4);
			continue;
		}
		if (*s == '"' || *s == '\\')
			add_byte(t, '\\');
		add_byte(t, *s);
	}
}

void pe_text_foreign(struct pe_text *t, const char *s)
{
	for (; *s && t->at < t->limit; s++)
		*t->at++ = *s >= ' ' && *s < 127 ? *s : '?';
}

const char *pe_text_end(struct pe_text *t)
{
	*t->at = '\0';
	return t->start;
}

size_t pe_text_length(const struct pe_text *t)
{
	return (size_t)(t->at - t->start);
}

size_t pe_text_span(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

bool pe_text_same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

bool pe_text_begins(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10) : UINT_MAX;
}

const char *pe_text_digits(const char *s, const char *end, unsigned int base, uint64_t *n)
{
	uint64_t value = 0;

	for (; s != end && digit_of(*s) < base; s++) {
		unsigned int digit = digit_of(*s);

		value = value > (UINT64_MAX - digit) / base ? UINT64_MAX : value * base + digit;
	}
	*n = value;
	return s;
}

bool pe_text_parse(const char *s, uint64_t *n)
{
	uint64_t value;
	const char *end = pe_text_digits(s, NULL, 10, &value);

	if (end == s || *end || value == UINT64_MAX)
		return false;
	*n = value;
	return true;
}

static int with_digit(int n, char digit)
{
	return n >= INT32_MAX / 10 ? INT32_MAX : n * 10 + (digit - '0');
}

int pe_text_numbers(int n, const char *data, size_t bytes, void (*found)(void *arg, int n),
		    void *arg)
{
	for (size_t i = 0; i < bytes; i++) {
		if (data[i] >= '0' && data[i] <= '9') {
			n = with_digit(n, data[i]);
			continue;
		}
		if (n)
			found(arg, n);
		n = 0;
	}
	return n;
}

const char *pe_text_field(const char *text, const char *name)
{
	const size_t length = pe_text_span(name);

	for (; *text; text++)
		if (text[0] == '\n' && pe_text_begins(text + 1, name) && text[1 + length] == ':')
			break;
	if (!*text)
		return NULL;
	text += length + 2;
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

bool pe_text_glob(const char *pattern, size_t length, const char *s)
{
	const char *end = pattern + length, *star = NULL, *retry = NULL;

	while (*s) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = s;
		} else if (pattern < end && (*pattern == '?' || *pattern == *s)) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}
