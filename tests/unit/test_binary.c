/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* binary: a pid in each form in which programs pass one on, and in what looks like one. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence/binary.h"

#define PID 307u /* 0x133 */

static const struct row {
	bool number, has; /* found by pe_binary_numbers(), by pe_binary_has() */
	size_t bytes;
	const char *data;
} rows[] = {
	/* decimal digits are found by other code */
	{ false, true, 3, "307" },
	{ false, true, 12, "pid=307 x=1\n" },
	{ false, false, 4, "3070" },
	{ false, false, 4, "1307" },
	/* hexadecimal */
	{ true, false, 5, "0x133" },
	{ true, false, 5, "0X133" },
	{ true, false, 4, "133\n" },
	{ true, false, 8, "00000133" },
	{ false, false, 7, "133 144" },
	{ false, false, 9, "133,x=0xf" },
	{ false, false, 9, "000000133" },
	/* bytes */
	{ true, true, 4, "\x33\x01\0" },
	{ true, true, 4, "\0\0\x01\x33" },
	{ true, true, 8, "\x33\x01\0\0\0\0\0" },
	{ true, true, 8, "\0\0\0\0\0\0\x01\x33" },
	{ true, true, 7, "a\0b\x33\x01\0" },
	{ true, true, 2, "\x33\x01" },
	{ true, true, 2, "\x01\x33" },
	{ false, false, 1, "\x33" },
	{ false, false, 0, "" },
	{ false, false, 4, "\x34\x01\0" },
};

static void note(void *found, uint32_t pid)
{
	*(bool *)found |= pid == PID;
	ck_assert_uint_ge(pid, PE_BINARY_LEAST);
}

START_TEST(forms)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		bool found = false;
		/* as large as the data: a read beyond it is an error */
		char *data = malloc(r->bytes + !r->bytes);

		memcpy(data, r->data, r->bytes);
		pe_binary_numbers(data, r->bytes, note, &found);
		ck_assert_msg(found == r->number, "row %zu: number", i);
		ck_assert_msg(pe_binary_has(data, r->bytes, PID, true) == r->has, "row %zu: has",
			      i);
		free(data);
	}
}
END_TEST

/* binary.1: two bytes count in short data only, or if the caller says so */
START_TEST(two_bytes)
{
	char data[PE_BINARY_SHORT + 1] = { 0 };
	bool found = false;

	data[10] = '\x33';
	data[11] = '\x01';
	data[12] = '\x01';
	data[13] = '\x01';
	data[9] = '\x01';
	data[8] = '\x01';
	pe_binary_numbers(data, PE_BINARY_SHORT, note, &found);
	ck_assert(found);
	found = false;
	pe_binary_numbers(data, sizeof(data), note, &found);
	ck_assert(!found);
	ck_assert(pe_binary_has(data, sizeof(data), PID, true));
	ck_assert(!pe_binary_has(data, sizeof(data), PID, false));
}
END_TEST

/* binary.2 */
START_TEST(small_pids)
{
	const char bytes[] = { 7, 0, 0, 0 };

	ck_assert(!pe_binary_has(bytes, sizeof(bytes), 7, true));
	ck_assert(pe_binary_has("a 7", 3, 7, true));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("binary");
	TCase *c = tcase_create("binary");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, forms);
	tcase_add_test(c, two_bytes);
	tcase_add_test(c, small_pids);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
