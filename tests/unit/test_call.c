/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* call: names for notices. */
#include <check.h>
#include <stdlib.h>

#include "core/call.h"

START_TEST(every_call_has_a_name)
{
	for (unsigned int i = 1; i < PE_CALL_COUNT; i++) {
		ck_assert_str_ne(pe_call_name(i), "");
		ck_assert_str_ne(pe_call_name(i), "?");
	}
	ck_assert_str_eq(pe_call_name(PE_CALL_FORK), "fork");
	ck_assert_str_eq(pe_call_name(PE_CALL_COUNT), "?");
	ck_assert_str_eq(pe_call_name(~0u), "?");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("call");
	TCase *c = tcase_create("names");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, every_call_has_a_name);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
