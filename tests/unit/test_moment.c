/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* moment: when a time stamp can be compared with a birth, across steps of the wall clock. */
#include <check.h>

#include "core/time/moment.h"

/* the run began 1000 s after boot, at 5000000 s of the wall clock */
static const struct pe_moment_pair run = { 5000000000, 1000000 };

/* @later ms after that, with the wall clock stepped by @step ms */
static struct pe_moment_pair at(int64_t later, int64_t step)
{
	return (struct pe_moment_pair){ run.real + later + step, run.boot + later };
}

static const struct row {
	int64_t step, born;
	bool boot_is_good;
	enum pe_moment_trust wanted;
} rows[] = {
	{ 0, 1000000, false, PE_MOMENT_EXACT },	      { 0, 1500000, true, PE_MOMENT_EXACT },
	{ 9, 1500000, true, PE_MOMENT_EXACT },	      { -9, 1500000, true, PE_MOMENT_EXACT },
	{ 10, 1500000, true, PE_MOMENT_UNSURE },      { -10, 1500000, true, PE_MOMENT_UNSURE },
	{ 3600000, 1500000, true, PE_MOMENT_UNSURE }, { -3600000, 1500000, true, PE_MOMENT_UNSURE },
	{ 0, 999999, true, PE_MOMENT_MARGIN },	      { 0, 999999, false, PE_MOMENT_UNSURE },
	{ 3600000, 999999, true, PE_MOMENT_UNSURE },
};

START_TEST(steps)
{
	const struct row *r = &rows[_i];

	ck_assert_int_eq(pe_moment_trust(run, at(600000, r->step), r->born, r->boot_is_good),
			 r->wanted);
}
END_TEST

/* moment.2: slewing moves both clocks, and so does time */
START_TEST(slewing)
{
	for (int64_t later = 0; later < 1000000000; later += 12345678)
		ck_assert_int_eq(pe_moment_trust(run, at(later, 0), 1500000, false),
				 PE_MOMENT_EXACT);
}
END_TEST

START_TEST(the_clocks_of_this_machine)
{
	struct pe_moment_pair now = pe_moment_read(), far = now;

	ck_assert_int_gt(now.boot, 0);
	ck_assert_int_ge(pe_moment_now(), now.boot);
	/* a wall clock that was stepped by a day was not right since boot */
	far.real += pe_moment_boot_is_good(now) ? 86400000 : 0;
	ck_assert(far.real == now.real || !pe_moment_boot_is_good(far));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("moment");
	TCase *c = tcase_create("moment_1_to_3");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(c, steps, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, slewing);
	tcase_add_test(c, the_clocks_of_this_machine);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
