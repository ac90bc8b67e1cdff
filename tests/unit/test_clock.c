/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock: laps and the cursor, birth by birth. Rules are those of core/time/clock.h. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/time/clock.h"

static struct pe_clock started(uint64_t lap, uint32_t cursor)
{
	struct pe_clock c;

	pe_clock_init(&c, pe_clock_make(lap, cursor));
	return c;
}

static uint64_t observe(struct pe_clock *c, pe_clock_time before, uint32_t pid)
{
	return pe_clock_observe_after(c, before, pid, 0);
}

static void assert_now(const struct pe_clock *c, uint64_t lap, uint32_t cursor)
{
	ck_assert_uint_eq(pe_clock_lap(pe_clock_now(c)), lap);
	ck_assert_uint_eq(pe_clock_cursor(pe_clock_now(c)), cursor);
}

/* --- the clock word --- */

START_TEST(lap_and_cursor_are_one_word)
{
	const uint64_t last = (UINT64_C(1) << 42) - 1;
	pe_clock_time t = pe_clock_make(last, PE_CLOCK_CURSOR_MASK);

	ck_assert_uint_eq(t, UINT64_MAX); /* clock.1 */
	ck_assert_uint_eq(pe_clock_lap(t), last);
	ck_assert_uint_eq(pe_clock_cursor(t), 4194303);
	ck_assert_uint_lt(pe_clock_make(1, PE_CLOCK_CURSOR_MASK),
			  pe_clock_make(2, 0)); /* clock.2 */
}
END_TEST

START_TEST(eps_is_the_lap_only_of_a_pid_that_the_cursor_has_passed)
{
	pe_clock_time t = pe_clock_make(2, 344);

	ck_assert_uint_eq(pe_clock_eps(t, 320), 2);
	ck_assert_uint_eq(pe_clock_eps(t, 344), 2);
	ck_assert_uint_eq(pe_clock_eps(t, 345), 1);
	ck_assert_uint_eq(pe_clock_eps(t, 360), 1);
	ck_assert_uint_eq(pe_clock_eps(pe_clock_make(1, 344), 345), 0);
	ck_assert_uint_eq(pe_clock_eps(pe_clock_make(0, 344), 345), 0);
}
END_TEST

START_TEST(laps_begin_at_one) /* clock.7 */
{
	struct pe_clock c = started(0, 344);

	assert_now(&c, 1, 344);
	ck_assert_uint_eq(pe_clock_eps(pe_clock_give(&c), 345), 0);
	ck_assert_uint_eq(observe(&c, pe_clock_now(&c), 345), 1);
	c = started(7, 9);
	assert_now(&c, 7, 9);
}
END_TEST

/* --- clock.3: overlap --- */

START_TEST(one_fork_after_the_other)
{
	const struct {
		uint32_t pid;
		uint64_t lap;
	} births[] = { { 301, 1 }, { 302, 1 }, { 399, 1 }, { 300, 2 },
		       { 301, 2 }, { 301, 3 }, { 300, 4 } };
	struct pe_clock c = started(1, 0);

	for (size_t i = 0; i < sizeof(births) / sizeof(births[0]); i++) {
		ck_assert_uint_eq(observe(&c, pe_clock_now(&c), births[i].pid), births[i].lap);
		assert_now(&c, births[i].lap, births[i].pid);
	}
}
END_TEST

START_TEST(overtaken_forks_make_no_lap)
{
	struct pe_clock c = started(1, 344);
	pe_clock_time before = pe_clock_now(&c);

	ck_assert_uint_eq(observe(&c, before, 347), 1);
	ck_assert_uint_eq(observe(&c, before, 345), 1);
	ck_assert_uint_eq(observe(&c, before, 346), 1);
	assert_now(&c, 1, 347);

	/* the same across the end of a lap */
	before = pe_clock_now(&c);
	ck_assert_uint_eq(observe(&c, before, 301), 2);
	ck_assert_uint_eq(observe(&c, before, 398), 1);
	ck_assert_uint_eq(observe(&c, before, 300), 2);
	assert_now(&c, 2, 301);
}
END_TEST

/* --- clock.4, clock.5: a fork that slept through a lap --- */

START_TEST(birth_recorded_late_is_younger_than_a_tag_given_out_before)
{
	struct pe_clock c = started(1, 344);
	pe_clock_time before = pe_clock_now(&c), given;

	observe(&c, before, 347);
	given = pe_clock_give(&c);
	ck_assert_uint_eq(pe_clock_eps(given, 346), 1);
	ck_assert_uint_eq(observe(&c, before, 346), 2);
	ck_assert_uint_eq(pe_clock_eps(pe_clock_give(&c), 346), 2);
	/* its pid had been passed, but not by the snapshot */
	ck_assert_uint_eq(observe(&c, before, 348), 2);
}
END_TEST

START_TEST(snapshot_below_the_pid_makes_no_lap)
{
	struct pe_clock c = started(1, 344);
	pe_clock_time before = pe_clock_now(&c);

	observe(&c, before, 346);
	pe_clock_give(&c);
	observe(&c, pe_clock_now(&c), 350);
	ck_assert_uint_eq(observe(&c, before, 347), 1);
	assert_now(&c, 1, 350);
}
END_TEST

START_TEST(birth_recorded_late_is_younger_than_the_instance_recorded_before)
{
	struct pe_clock c = started(1, 344);
	pe_clock_time before = pe_clock_now(&c);
	uint64_t first = pe_clock_observe_after(&c, before, 346, 0);

	ck_assert_uint_eq(first, 1);
	ck_assert_uint_eq(observe(&c, before, 350), 1);
	ck_assert_uint_eq(pe_clock_observe_after(&c, before, 346, first), 2);
	assert_now(&c, 2, 346);
}
END_TEST

/* --- the kernel's cursor --- */

START_TEST(kernel_cursor_moves_the_clock)
{
	struct pe_clock c = started(1, 344);
	pe_clock_time before = pe_clock_now(&c);

	pe_clock_advance(&c, before, 344); /* no process was born */
	assert_now(&c, 1, 344);
	pe_clock_advance(&c, before, 360);
	assert_now(&c, 1, 360);
	pe_clock_advance(&c, before, 350); /* read before, recorded after */
	assert_now(&c, 1, 360);
	pe_clock_give(&c);
	pe_clock_advance(&c, before, 355); /* no birth: clock.4 requires no lap */
	assert_now(&c, 1, 360);
	pe_clock_advance(&c, pe_clock_now(&c), 310);
	assert_now(&c, 2, 310);
}
END_TEST

START_TEST(cursor_is_the_last_field_of_the_text)
{
	const struct {
		const char *text;
		int want; /* -1: refused */
	} texts[] = {
		{ "0.01 0.06 0.04 1/90 11331\n", 11331 },
		{ "0.01 0.06 0.04 1/90 11331", 11331 },
		{ "11331\n", 11331 },
		{ "0\n", 0 },
		{ "4194303\n", 4194303 },
		{ "4194304\n", -1 },
		{ "99999999999999999999999\n", -1 },
		{ "", -1 },
		{ "\n", -1 },
		{ "0.01 0.06 0.04 1/90 -1\n", -1 },
		{ "0.01 0.06 0.04 1/90", -1 },
		{ "0.01 ", -1 },
		{ "12a\n", -1 },
		{ "a12\n", -1 },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint32_t cursor = 77;
		int err = pe_clock_parse(texts[i].text, strlen(texts[i].text), &cursor);

		ck_assert_int_eq(err, texts[i].want < 0 ? -EINVAL : 0);
		ck_assert_uint_eq(cursor, texts[i].want < 0 ? 77 : (unsigned int)texts[i].want);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *t = tcase_create("clock");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, lap_and_cursor_are_one_word);
	tcase_add_test(t, eps_is_the_lap_only_of_a_pid_that_the_cursor_has_passed);
	tcase_add_test(t, laps_begin_at_one);
	tcase_add_test(t, one_fork_after_the_other);
	tcase_add_test(t, overtaken_forks_make_no_lap);
	tcase_add_test(t, birth_recorded_late_is_younger_than_a_tag_given_out_before);
	tcase_add_test(t, snapshot_below_the_pid_makes_no_lap);
	tcase_add_test(t, birth_recorded_late_is_younger_than_the_instance_recorded_before);
	tcase_add_test(t, kernel_cursor_moves_the_clock);
	tcase_add_test(t, cursor_is_the_last_field_of_the_text);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
