/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rate: how many notices a process may write in a second. Rules are those of core/record/rate.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/record/rate.h"

static struct pe_rate rate;

/* of @n notices about @pid: those that may be written */
static unsigned int allowed(unsigned int n, uint64_t owner, uint32_t pid, uint32_t second)
{
	unsigned int yes = 0;

	while (n-- > 0)
		yes += pe_rate_allows(&rate, owner, pid, second);
	return yes;
}

static void setup(void)
{
	memset(&rate, 0, sizeof(rate));
}

/* rate.1 */
START_TEST(a_hundred_in_a_second)
{
	ck_assert_uint_eq(allowed(1000, 1, 300, 7), PE_RATE_MOST);
	ck_assert_uint_eq(allowed(1, 1, 300 + PE_RATE_CLASSES, 7), 0);
	ck_assert_uint_eq(allowed(1000, 1, 300, 8), PE_RATE_MOST);
}
END_TEST

/* rate.1 */
START_TEST(one_pid_does_not_hide_others)
{
	allowed(1000, 1, 300, 7);
	for (uint32_t pid = 301; pid < 300 + PE_RATE_CLASSES; pid++)
		ck_assert_uint_eq(allowed(1, 1, pid, 7), 1);
}
END_TEST

/* rate.2 */
START_TEST(what_is_left_out_is_counted_once)
{
	allowed(PE_RATE_MOST, 1, 300, 7);
	ck_assert_uint_eq(pe_rate_take_left_out(&rate), 0);
	allowed(3, 1, 300, 7);
	ck_assert_uint_eq(pe_rate_take_left_out(&rate), 3);
	ck_assert_uint_eq(pe_rate_take_left_out(&rate), 0);
}
END_TEST

/* rate.2 */
START_TEST(another_owner_starts_at_zero)
{
	allowed(PE_RATE_MOST + 3, 1, 300, 7);
	ck_assert_uint_eq(allowed(1, 2, 300, 7), 1);
	ck_assert_uint_eq(pe_rate_take_left_out(&rate), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rate");
	TCase *c = tcase_create("rules");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_hundred_in_a_second);
	tcase_add_test(c, one_pid_does_not_hide_others);
	tcase_add_test(c, what_is_left_out_is_counted_once);
	tcase_add_test(c, another_owner_starts_at_zero);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	return srunner_ntests_failed(r) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
