/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text: lines without libc. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static char buffer[16];
static struct pe_text text;

static void setup(void)
{
	memset(buffer, 'x', sizeof(buffer));
	text = pe_text_on(buffer, sizeof(buffer));
}

START_TEST(text_that_does_not_fit_is_truncated_and_terminated)
{
	pe_text_add(&text, "0123456789");
	pe_text_add(&text, "abcdefghij");
	ck_assert_str_eq(pe_text_end(&text), "0123456789abcde");
	ck_assert_uint_eq(pe_text_length(&text), 15);
	pe_text_decimal(&text, 7);
	pe_text_foreign(&text, "z");
	ck_assert_str_eq(pe_text_end(&text), "0123456789abcde");
}
END_TEST

START_TEST(numbers)
{
	pe_text_decimal(&text, 0);
	pe_text_add(&text, " ");
	pe_text_padded(&text, 7, 3);
	pe_text_add(&text, " ");
	pe_text_padded(&text, 12345, 3);
	ck_assert_str_eq(pe_text_end(&text), "0 007 12345");
}
END_TEST

START_TEST(the_largest_number_has_twenty_digits)
{
	char wide[32];

	text = pe_text_on(wide, sizeof(wide));
	pe_text_decimal(&text, UINT64_MAX);
	ck_assert_str_eq(pe_text_end(&text), "18446744073709551615");
}
END_TEST

START_TEST(untrusted_text_has_no_control_characters)
{
	pe_text_foreign(&text, "a\n\033[31m\x80z\x7f");
	ck_assert_str_eq(pe_text_end(&text), "a??[31m?z?");
}
END_TEST

START_TEST(fields)
{
	static const char status[] = "Name:\tPPid: 9\nUmask:\t0022\nPPid:\t12\nPPids:\t13\n";
	const char *value = pe_text_field(status, "PPid");

	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(strncmp(value, "12\n", 3), 0);
	ck_assert_ptr_null(pe_text_field(status, "Name"));
	ck_assert_ptr_null(pe_text_field(status, "Pid"));
	ck_assert_ptr_null(pe_text_field("", "PPid"));
	ck_assert_ptr_null(pe_text_field("Name:\n", "PPid"));
}
END_TEST

START_TEST(hexadecimal)
{
	pe_text_hex(&text, 0, 1);
	pe_text_add(&text, " ");
	pe_text_hex(&text, 0xa0, 4);
	pe_text_add(&text, " ");
	pe_text_hex(&text, 0x1234567, 2);
	ck_assert_str_eq(pe_text_end(&text), "0 00a0 1234567");
	text = pe_text_on(buffer, sizeof(buffer));
	pe_text_hex(&text, UINT64_MAX, 1);
	ck_assert_str_eq(pe_text_end(&text), "fffffffffffffff");
}
END_TEST

START_TEST(json_strings)
{
	static const struct {
		const char *raw, *escaped;
	} rows[] = {
		{ "a b~", "a b~" },  { "\"", "\\\"" },	    { "\\", "\\\\" },
		{ "\n", "\\u000a" }, { "\177", "\\u007f" }, { "\303\251", "\\u00c3\\u00a9" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = pe_text_on(buffer, sizeof(buffer));
		pe_text_json(&text, rows[i].raw);
		ck_assert_str_eq(pe_text_end(&text), rows[i].escaped);
	}
}
END_TEST

START_TEST(parse)
{
	uint64_t n = 99;

	ck_assert(pe_text_parse("0", &n) && n == 0);
	ck_assert(pe_text_parse("4194303", &n) && n == 4194303);
	ck_assert(!pe_text_parse("", &n));
	ck_assert(!pe_text_parse("12a", &n));
	ck_assert(!pe_text_parse("-1", &n));
	ck_assert(!pe_text_parse(" 1", &n));
	ck_assert(!pe_text_parse("99999999999999999999", &n));
	ck_assert_uint_eq(n, 4194303); /* unchanged by invalid text */
}
END_TEST

START_TEST(same_and_begins)
{
	ck_assert(pe_text_same("", ""));
	ck_assert(pe_text_same("ab", "ab"));
	ck_assert(!pe_text_same("ab", "abc"));
	ck_assert(!pe_text_same("abc", "ab"));
	ck_assert(pe_text_begins("abc", "ab"));
	ck_assert(pe_text_begins("abc", ""));
	ck_assert(!pe_text_begins("ab", "abc"));
	ck_assert_uint_eq(pe_text_span("abc"), 3);
}
END_TEST

static bool glob(const char *pattern, const char *s)
{
	return pe_text_glob(pattern, strlen(pattern), s);
}

START_TEST(digits)
{
	const char *hex = "7fx", *many = "18446744073709551616;", *part = "12345";
	uint64_t n;

	ck_assert_ptr_eq(pe_text_digits(hex, NULL, 16, &n), hex + 2);
	ck_assert_uint_eq(n, 0x7f);
	ck_assert_ptr_eq(pe_text_digits(hex, NULL, 10, &n), hex + 1);
	ck_assert_uint_eq(n, 7);
	ck_assert_ptr_eq(pe_text_digits(hex + 2, NULL, 16, &n), hex + 2);
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_eq(pe_text_digits(many, NULL, 10, &n), many + 20);
	ck_assert_uint_eq(n, UINT64_MAX); /* too large, with any text behind it */
	pe_text_digits("184467440737095516159", NULL, 10, &n);
	ck_assert_uint_eq(n, UINT64_MAX);
	ck_assert_ptr_eq(pe_text_digits(part, part + 3, 10, &n), part + 3);
	ck_assert_uint_eq(n, 123);
}
END_TEST

static void add_number(void *sum, int n)
{
	int *at = sum;

	while (*at)
		at++;
	*at = n;
}

START_TEST(numbers_in_bytes)
{
	int seen[4] = { 0 }, more[4] = { 0 };

	ck_assert_int_eq(pe_text_numbers(0, "12 0 x007\n45", 12, add_number, seen), 45);
	ck_assert_int_eq(seen[0], 12);
	ck_assert_int_eq(seen[1], 7);
	ck_assert_int_eq(seen[2], 0);
	ck_assert_int_eq(pe_text_numbers(45, "6 2147483648", 12, add_number, more), INT32_MAX);
	ck_assert_int_eq(more[0], 456);
	ck_assert_int_eq(more[1], 0);
}
END_TEST

START_TEST(globs)
{
	ck_assert(glob("bash", "bash"));
	ck_assert(!glob("bash", "bas"));
	ck_assert(!glob("bas", "bash"));
	ck_assert(glob("*", ""));
	ck_assert(!glob("?", ""));
	ck_assert(glob("/usr/*/python3*", "/usr/bin/python3.11"));
	ck_assert(glob("*a*b*c", "xxaxxbxxbxc"));
	ck_assert(!glob("*a*b*c", "xxaxxbxxbx"));
	ck_assert(glob("a?c", "abc"));
	ck_assert(glob("**", "anything"));
	/* only as much of the pattern as belongs to it: the next one follows a colon */
	ck_assert(pe_text_glob("sh:bash", 2, "sh"));
	ck_assert(!pe_text_glob("sh:bash", 2, "sh:bash"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("text");
	TCase *c = tcase_create("lines");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, text_that_does_not_fit_is_truncated_and_terminated);
	tcase_add_test(c, numbers);
	tcase_add_test(c, the_largest_number_has_twenty_digits);
	tcase_add_test(c, untrusted_text_has_no_control_characters);
	tcase_add_test(c, parse);
	tcase_add_test(c, same_and_begins);
	tcase_add_test(c, digits);
	tcase_add_test(c, globs);
	tcase_add_test(c, fields);
	tcase_add_test(c, hexadecimal);
	tcase_add_test(c, numbers_in_bytes);
	tcase_add_test(c, json_strings);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
