/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json: one line taken apart. Rules are those of report/json.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"

static struct pe_json_line line;
static char text[1 << 16];

static const struct pe_json *parse(const char *s)
{
	strcpy(text, s);
	return pe_json_parse(&line, text, strlen(s));
}

START_TEST(values)
{
	const struct pe_json *o = parse(" {\"a\": \"x\\u0041\\n\\\"\\\\\", \"n\":12.5,\"t\":true,"
					"\"f\":false,\"z\":null,\"l\":[1,\"0x1F\",{}],\"e\":{}} ");
	uint64_t n;

	ck_assert_ptr_nonnull(o);
	ck_assert_str_eq(pe_json_text(o, "a", ""), "xA\n\"\\");
	ck_assert_uint_eq(pe_json_number(o, "n", 0), 12);
	ck_assert(pe_json_get(o, "t")->number == 1 && pe_json_get(o, "f")->number == 0);
	ck_assert_int_eq(pe_json_get(o, "z")->type, PE_JSON_NULL);
	ck_assert(pe_json_address(pe_json_get(o, "l")->first->next, &n));
	ck_assert_uint_eq(n, 0x1f);
	ck_assert_ptr_null(pe_json_get(o, "b"));
	ck_assert_str_eq(pe_json_text(o, "n", "otherwise"), "otherwise");
	ck_assert_uint_eq(pe_json_number(o, "a", 7), 7);
}
END_TEST

static const char *const wrong[] = {
	"",
	"{",
	"}",
	"{]",
	"[1,]",
	"[1 2]",
	"{\"a\"}",
	"{a:1}",
	"\"",
	"\"\\",
	"\"\\u12",
	"\"\\u12x4\"",
	"\"\\q\"",
	"nul",
	"1 2",
	"--1",
	"1e",
	"{\"a\":}",
	"[[[[[[[[[1]]]]]]]]]",
	"\"a\nb\"",
	"tru",
};

START_TEST(json_1_invalid_json)
{
	ck_assert_msg(!parse(wrong[_i]), "%s", wrong[_i]);
}
END_TEST

/* Every prefix of a valid line: no read beyond the end (checked by the sanitizers), and only the
 * whole line is valid. */
START_TEST(json_1_truncated_json)
{
	static const char good[] = "{\"a\":[1,\"\\u0041\\\\\",true],\"b\":{\"c\":null}}";

	for (size_t n = 0; n < sizeof(good); n++) {
		char *exact = malloc(n ? n : 1);

		memcpy(exact, good, n);
		ck_assert_int_eq(pe_json_parse(&line, exact, n) != NULL, n == sizeof(good) - 1);
		free(exact);
	}
}
END_TEST

START_TEST(json_2_bounds)
{
	size_t n = 0;

	for (unsigned int over = 0; over < 2; over++) {
		n = 0;
		text[n++] = '[';
		for (unsigned int i = 0; i < PE_JSON_VALUES - 2 + over; i++)
			n += (size_t)sprintf(text + n, "%u,", i);
		n += (size_t)sprintf(text + n, "1]");
		ck_assert_int_eq(pe_json_parse(&line, text, n) != NULL, !over);
	}
	ck_assert_ptr_nonnull(parse("[[[[[[[1]]]]]]]"));
	ck_assert_ptr_null(parse("[[[[[[[[1]]]]]]]]"));
}
END_TEST

START_TEST(json_3_bytes_and_characters)
{
	ck_assert_str_eq(parse("\"\\u00e9\\u0000\\u20ac\"")->text, "\xe9??");
}
END_TEST

START_TEST(addresses)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "\"0x0\"", true },   { "\"0xffffffffffffffff\"", true },
		{ "\"0x\"", false },   { "\"0x10000000000000000\"", false },
		{ "\"12\"", false },   { "12", false },
		{ "\"0x1g\"", false },
	};
	uint64_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(pe_json_address(parse(rows[i].text), &n) == rows[i].good, "%s",
			      rows[i].text);
}
END_TEST

START_TEST(integers_that_do_not_fit)
{
	static const char *const rows[] = { "-1", "1e99", "9007199254740994" };

	for (size_t i = 0; i < 3; i++) {
		char o[64];

		snprintf(o, sizeof(o), "{\"n\":%s}", rows[i]);
		ck_assert_uint_eq(pe_json_number(parse(o), "n", 5), 5);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json");
	TCase *c = tcase_create("lines");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_add_test(c, values);
	tcase_add_loop_test(c, json_1_invalid_json, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(c, json_1_truncated_json);
	tcase_add_test(c, json_2_bounds);
	tcase_add_test(c, json_3_bytes_and_characters);
	tcase_add_test(c, addresses);
	tcase_add_test(c, integers_that_do_not_fit);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
