/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "core/evidence/binary.h"
#include "core/evidence/parse.h"

typedef void visitor(void *arg, uint32_t pid);

/* --- bytes --- */

static uint32_t two(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t four(const unsigned char *at)
{
	return two(at) | two(at + 2) << 16;
}

static uint32_t swapped_two(uint32_t n)
{
	return (n >> 8 | n << 8) & 0xffff;
}

static void visit_if_pid(visitor *visit, void *arg, uint32_t n)
{
	if (n >= PE_BINARY_LEAST && n <= PE_PARSE_MAX)
		visit(arg, n);
}

static void visit_bytes(const char *data, size_t bytes, visitor *visit, void *arg)
{
	const unsigned char *at = (const unsigned char *)data;

	for (size_t i = 0; i + 4 <= bytes; i++) {
		visit_if_pid(visit, arg, four(at + i));
		visit_if_pid(visit, arg, __builtin_bswap32(four(at + i)));
	}
	for (size_t i = 0; bytes <= PE_BINARY_SHORT && i + 2 <= bytes; i++) {
		visit_if_pid(visit, arg, two(at + i));
		visit_if_pid(visit, arg, swapped_two(two(at + i)));
	}
}

/* Two bytes may be a number of that size, whatever they are. */
bool pe_binary_is(const char *data, size_t bytes)
{
	if (bytes == 2)
		return true;
	for (size_t i = 0; i < bytes; i++)
		if ((unsigned char)data[i] < ' ' && (data[i] < '\t' || data[i] > '\r') &&
		    data[i] != '\033')
			return true;
	return false;
}

/* --- hexadecimal digits --- */

static bool is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hexadecimal(char c)
{
	return is_decimal(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* a run of digits */
struct run {
	size_t start, end;
	bool letters, marked; /* by 0x */
};

static bool next_run(const char *data, size_t bytes, struct run *r)
{
	size_t at = r->end;

	while (at < bytes && !is_hexadecimal(data[at]))
		at++;
	*r = (struct run){ .start = at };
	for (; at < bytes && is_hexadecimal(data[at]); at++)
		r->letters |= !is_decimal(data[at]);
	r->end = at;
	r->marked = r->start >= 2 && data[r->start - 2] == '0' && (data[r->start - 1] | 32) == 'x';
	return r->end > r->start;
}

/* Is there nothing else but blanks? */
static bool is_all(const char *data, size_t bytes, const struct run *r)
{
	for (size_t i = 0; i < bytes; i++)
		if ((i < r->start || i >= r->end) && data[i] != ' ' && data[i] != '\n' &&
		    data[i] != '\r' && data[i] != '\0')
			return false;
	return true;
}

static uint32_t value_of(const char *data, const struct run *r)
{
	uint32_t n = 0;

	for (size_t i = r->start; i < r->end; i++)
		n = n * 16 +
		    (uint32_t)(is_decimal(data[i]) ? data[i] - '0' : (data[i] | 32) - 'a' + 10);
	return n;
}

static void visit_digits(const char *data, size_t bytes, visitor *visit, void *arg)
{
	struct run r = { .end = 0 };

	while (next_run(data, bytes, &r))
		if (r.end - r.start <= 8 && (r.letters || r.marked || is_all(data, bytes, &r)))
			visit_if_pid(visit, arg, value_of(data, &r));
}

/* --- both --- */

void pe_binary_numbers(const char *data, size_t bytes, visitor *visit, void *arg)
{
	visit_digits(data, bytes, visit, arg);
	if (pe_binary_is(data, bytes))
		visit_bytes(data, bytes, visit, arg);
}

static bool has_bytes(const unsigned char *at, size_t bytes, uint32_t pid, bool short_form)
{
	for (size_t i = 0; i + 2 <= bytes; i++) {
		if (i + 4 <= bytes &&
		    (four(at + i) == pid || __builtin_bswap32(four(at + i)) == pid))
			return true;
		if (short_form && (two(at + i) == pid || swapped_two(two(at + i)) == pid))
			return true;
	}
	return false;
}

bool pe_binary_has_digits(const char *data, size_t bytes, uint32_t pid)
{
	uint64_t n;

	for (size_t i = 0; i < bytes; i++) {
		const char *end;

		if (!is_decimal(data[i]) || (i && is_decimal(data[i - 1])))
			continue;
		end = pe_text_digits(data + i, data + bytes, 10, &n);
		if (n == pid)
			return true;
		i = (size_t)(end - data) - 1;
	}
	return false;
}

bool pe_binary_has(const char *data, size_t bytes, uint32_t pid, bool short_form)
{
	return pe_binary_has_digits(data, bytes, pid) ||
	       (pid >= PE_BINARY_LEAST &&
		has_bytes((const unsigned char *)data, bytes, pid, short_form));
}
