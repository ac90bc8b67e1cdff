/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* environ: what a re-executed program is given. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../preload/environ.h"
#include "lib/door.h"

static const char *ours[] = { "LD_PRELOAD=/a/libpidepoch-preload.so", "PIDEPOCH_ON_STALE=report",
			      NULL };
static struct pe_environ made;

/* exec takes strings that it could write to, and does not */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* stands in for the state's: what was kept at the start */
const char *const *pe_door_environment(void)
{
	return ours;
}

static const char *value(const char *name)
{
	size_t length = strlen(name);
	const char *found = NULL;

	for (char *const *e = made.envp; *e; e++)
		if (strncmp(*e, name, length) == 0 && (*e)[length] == '=') {
			ck_assert_ptr_null(found); /* once */
			found = *e + length + 1;
		}
	return found;
}

static void make(char *const *envp)
{
	pe_environ_make(&made, envp);
}

START_TEST(a_cleared_environment_gets_ours)
{
	char *const empty[] = { NULL };

	make(empty);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
	ck_assert_str_eq(value("PIDEPOCH_ON_STALE"), "report");
	make(NULL);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
}
END_TEST

START_TEST(one_that_has_it_is_used_as_it_is)
{
	char *const has[] = { TEXT("A=b"), TEXT("LD_PRELOAD=/x.so:/a/libpidepoch-preload.so"),
			      NULL };

	make(has);
	ck_assert_ptr_eq(made.envp, has);
}
END_TEST

START_TEST(another_preload_is_kept_behind_ours)
{
	char *const has[] = { TEXT("A=b"), TEXT("LD_PRELOAD=/x.so"),
			      TEXT("PIDEPOCH_ON_STALE=abort"), TEXT("C=d"), NULL };

	make(has);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so:/x.so");
	ck_assert_str_eq(value("PIDEPOCH_ON_STALE"), "abort");
	ck_assert_str_eq(value("A"), "b");
	ck_assert_str_eq(value("C"), "d");
	ck_assert_str_eq(has[1], "LD_PRELOAD=/x.so"); /* the caller's own is untouched */
}
END_TEST

START_TEST(an_empty_preload_is_filled)
{
	char *const has[] = { TEXT("LD_PRELOAD="), NULL };

	make(has);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
}
END_TEST

START_TEST(not_preloaded_and_nothing_is_done)
{
	char *const empty[] = { NULL };
	const char *first = ours[0];

	ours[0] = NULL;
	make(empty);
	ck_assert_ptr_eq(made.envp, empty);
	ours[0] = first;
}
END_TEST

START_TEST(more_than_fits_on_the_stack)
{
	static char text[3000][32];
	static char *big[3001];

	for (int i = 0; i < 3000; i++) {
		snprintf(text[i], sizeof(text[i]), "V%d=%d", i, i);
		big[i] = text[i];
	}
	make(big);
	ck_assert_uint_ne(made.mapped, 0);
	ck_assert_str_eq(value("V2999"), "2999");
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
	pe_environ_done(&made);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("environ");
	TCase *c = tcase_create("environments");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, a_cleared_environment_gets_ours);
	tcase_add_test(c, one_that_has_it_is_used_as_it_is);
	tcase_add_test(c, another_preload_is_kept_behind_ours);
	tcase_add_test(c, an_empty_preload_is_filled);
	tcase_add_test(c, not_preloaded_and_nothing_is_done);
	tcase_add_test(c, more_than_fits_on_the_stack);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
