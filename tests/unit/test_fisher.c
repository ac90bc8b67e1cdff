// SPDX-License-Identifier: LGPL-2.1-or-later
/* fisher and oracle: values of the test, and when a trial ends (fuzz/oracle.h). */
#include <check.h>
#include <stdlib.h>

#include "fuzz/fisher.h"
#include "fuzz/oracle.h"

/* Fisher's own example: of four cups each, three of four were named right: 17 of 70 ways. */
START_TEST(the_lady_tasting_tea)
{
	ck_assert_double_eq_tol(pe_fuzz_fisher(3, 1, 4), 17.0 / 70, 1e-12);
	ck_assert_double_eq_tol(pe_fuzz_fisher(4, 0, 4), 1.0 / 70, 1e-12);
}
END_TEST

START_TEST(six_of_twenty_and_none_of_twenty)
{
	ck_assert_double_eq_tol(pe_fuzz_fisher(6, 0, 20), 38760.0 / 3838380, 1e-12);
}
END_TEST

START_TEST(it_is_one_sided_and_never_more_than_one)
{
	for (unsigned int n = 1; n <= 24; n++)
		for (unsigned int b = 0; b <= n; b++) {
			double before = 1;

			ck_assert_double_eq_tol(pe_fuzz_fisher(0, b, n), 1, 1e-12);
			for (unsigned int a = 0; a <= n; a++) {
				double p = pe_fuzz_fisher(a, b, n);

				ck_assert(p > 0 && p <= 1);
				/* with as many more that differ, it is less likely by chance */
				if (b == 0 && a > 0)
					ck_assert(p < before);
				before = p;
			}
		}
}
END_TEST

/* The pairs of a trial until it ends: run @i differs if bit i is set. */
static enum pe_fuzz_oracle_verdict trial(struct pe_fuzz_oracle *o, unsigned int reuse,
					 unsigned int control)
{
	enum pe_fuzz_oracle_verdict v = PE_FUZZ_ORACLE_OPEN;

	*o = (struct pe_fuzz_oracle){ .n = 0 };
	for (unsigned int i = 0; v == PE_FUZZ_ORACLE_OPEN; i++)
		v = pe_fuzz_oracle_add(o, reuse >> i & 1, control >> i & 1);
	return v;
}

START_TEST(oracle_3_six_of_six_are_enough)
{
	struct pe_fuzz_oracle o;

	ck_assert_int_eq(trial(&o, 0x3f, 0), PE_FUZZ_ORACLE_CAUSED);
	ck_assert_uint_eq(o.n, 6);
}
END_TEST

START_TEST(oracle_3_what_differs_at_times_takes_longer)
{
	struct pe_fuzz_oracle o;

	ck_assert_int_eq(trial(&o, 0xfee, 0), PE_FUZZ_ORACLE_CAUSED);
	ck_assert_uint_eq(o.n, 12);
	ck_assert_int_eq(trial(&o, 0x555555, 0), PE_FUZZ_ORACLE_CAUSED);
	ck_assert_uint_eq(o.n, 24);
}
END_TEST

START_TEST(oracle_3_as_often_in_both_is_chance)
{
	struct pe_fuzz_oracle o;

	ck_assert_int_eq(trial(&o, 0x3f, 0x3f), PE_FUZZ_ORACLE_CHANCE);
	ck_assert_int_eq(trial(&o, 0x15, 0x2a), PE_FUZZ_ORACLE_CHANCE);
	ck_assert_int_eq(trial(&o, 0, 0), PE_FUZZ_ORACLE_CHANCE);
	ck_assert_uint_eq(o.n, 6);
	ck_assert_int_eq(trial(&o, 0xffffff, 0x111111), PE_FUZZ_ORACLE_CAUSED);
	ck_assert_int_eq(trial(&o, 0x111111, 0x010101), PE_FUZZ_ORACLE_CHANCE);
	ck_assert_uint_eq(o.n, PE_FUZZ_ORACLE_MOST);
}
END_TEST

/* 20,000 programs that fail in a third of their runs, with reuse or without */
START_TEST(oracle_3_a_flaky_program_is_seldom_accused)
{
	struct pe_fuzz_oracle o;
	unsigned int accused = 0;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		enum pe_fuzz_oracle_verdict v = PE_FUZZ_ORACLE_OPEN;

		o = (struct pe_fuzz_oracle){ .n = 0 };
		while (v == PE_FUZZ_ORACLE_OPEN)
			v = pe_fuzz_oracle_add(&o, rand() % 3 == 0, rand() % 3 == 0);
		accused += v == PE_FUZZ_ORACLE_CAUSED;
	}
	ck_assert_uint_lt(accused, 20000 / 300);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fisher");
	TCase *c = tcase_create("oracle");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, the_lady_tasting_tea);
	tcase_add_test(c, six_of_twenty_and_none_of_twenty);
	tcase_add_test(c, it_is_one_sided_and_never_more_than_one);
	tcase_add_test(c, oracle_3_six_of_six_are_enough);
	tcase_add_test(c, oracle_3_what_differs_at_times_takes_longer);
	tcase_add_test(c, oracle_3_as_often_in_both_is_chance);
	tcase_add_test(c, oracle_3_a_flaky_program_is_seldom_accused);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
