/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "core/evidence/binary.h"
#include "core/evidence/parse.h"

typedef void visitor(void *arg, uint32_t pid);

static void visit_if_pid(visitor *visit, void *arg, uint64_t n)
{
	if (n >= PE_BINARY_LEAST && n <= PE_PARSE_MAX)
		visit(arg, (uint32_t)n);
}

/* --- bytes --- */

static void visit_bytes(const char *data, size_t bytes, visitor *visit, void *arg)
{
	uint16_t two;
	uint32_t four;

	if (bytes == sizeof(two)) {
		memcpy(&two, data, sizeof(two));
		visit_if_pid(visit, arg, two);
		visit_if_pid(visit, arg, __builtin_bswap16(two));
	}
	for (size_t i = 0; i + sizeof(four) <= bytes; i++) {
		memcpy(&four, data + i, sizeof(four));
		visit_if_pid(visit, arg, four);
		visit_if_pid(visit, arg, __builtin_bswap32(four));
	}
}

/* --- hexadecimal digits --- */

static bool is_marked(const char *at)
{
	return at[0] == '0' && (at[1] | 32) == 'x';
}

static bool is_blank(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\0'))
		at++;
	return at == end;
}

static void visit_digits(const char *data, size_t bytes, visitor *visit, void *arg)
{
	const char *end = data + bytes, *after;
	uint64_t n;

	after = pe_text_digits(data, end, 16, &n);
	if (after > data && is_blank(after, end))
		visit_if_pid(visit, arg, n);
	for (const char *at = data; end - at > 2; at++)
		if (is_marked(at) && pe_text_digits(at + 2, end, 16, &n) > at + 2)
			visit_if_pid(visit, arg, n);
}

void pe_binary_numbers(const char *data, size_t bytes, visitor *visit, void *arg)
{
	if (bytes > PE_BINARY_MOST)
		return;
	visit_digits(data, bytes, visit, arg);
	visit_bytes(data, bytes, visit, arg);
}
