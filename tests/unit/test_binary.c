/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* binary: a pid in each form that is not decimal, and what looks like one. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence/binary.h"

#define PID 307u /* 0x133 */

static const struct row {
	bool found;
	size_t bytes;
	const char *data;
} rows[] = {
	/* decimal digits are found by other code */
	{ false, 12, "pid=307 x=1\n" },
	/* hexadecimal */
	{ true, 5, "0x133" },
	{ true, 5, "0X133" },
	{ true, 12, "pid=0x133 x\n" },
	{ true, 4, "133\n" },
	{ true, 8, "00000133" },
	{ false, 7, "133 144" },
	{ false, 9, "133,x=0xf" },
	{ false, 6, "0x1330" },
	{ false, 4, "0x13" },
	{ false, 2, "0x" },
	/* bytes */
	{ true, 4, "\x33\x01\0" },
	{ true, 4, "\0\0\x01\x33" },
	{ true, 8, "\x33\x01\0\0\0\0\0" },
	{ true, 8, "\0\0\0\0\0\0\x01\x33" },
	{ true, 7, "a\0b\x33\x01\0" },
	{ true, 2, "\x33\x01" },
	{ true, 2, "\x01\x33" },
	{ false, 3, "\x33\x01\x01" },
	{ false, 1, "\x33" },
	{ false, 0, "" },
	{ false, 4, "\x34\x01\0" },
};

static void note(void *found, uint32_t pid)
{
	*(bool *)found |= pid == PID;
	ck_assert_uint_ge(pid, PE_BINARY_LEAST); /* binary.2 */
}

/* the data alone in its memory: a read beyond it is an error */
static bool is_found(const char *data, size_t bytes)
{
	char *copy = malloc(bytes + !bytes);
	bool found = false;

	memcpy(copy, data, bytes);
	pe_binary_numbers(copy, bytes, note, &found);
	free(copy);
	return found;
}

START_TEST(forms)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(is_found(rows[i].data, rows[i].bytes) == rows[i].found, "row %zu", i);
}
END_TEST

/* binary.1 */
START_TEST(long_messages)
{
	char data[PE_BINARY_MOST + 1] = { [20] = '\x33', [21] = '\x01' };

	ck_assert(is_found(data, PE_BINARY_MOST));
	ck_assert(!is_found(data, sizeof(data)));
}
END_TEST

/* binary.2 */
START_TEST(small_pids)
{
	const char bytes[] = { 7, 0, 0, 0 };

	ck_assert(!is_found(bytes, sizeof(bytes)));
	ck_assert(!is_found("0x7", 3));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("binary");
	TCase *c = tcase_create("binary");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, forms);
	tcase_add_test(c, long_messages);
	tcase_add_test(c, small_pids);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
