/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two judgements, over all their inputs, against tables written from the design. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "core/frame/verdict.h"
#include "pidepoch.h"

_Static_assert(PE_EEPOCH == EEPOCH, "one number inside and at the API");

#define NUMBER 350u
#define LAPS   6u

/* --- verdict.1, verdict.3: S2 --- */

/* S2's sentences, in its order; @a is eps(pid) now. */
static int s2(const struct pe_verdict_ref *r, uint64_t a)
{
	const bool own = r->holder == PE_HOLDER_OWN_CHILD,
		   known = own || r->holder == PE_HOLDER_KNOWN;
	const struct {
		bool when;
		int verdict;
	} order[] = {
		{ r->epoch > a, -EINVAL },
		{ own && r->birth <= r->epoch, 0 },
		{ a >= 2 && r->epoch <= a - 2, -PE_EEPOCH },
		{ r->holder == PE_HOLDER_GONE && r->epoch == a, -ESRCH },
		{ r->holder == PE_HOLDER_GONE, -PE_EEPOCH },
		{ known && r->birth > r->epoch, -PE_EEPOCH },
		{ known, 0 },
		{ r->epoch == a && r->no_lap_missed, 0 },
		{ true, -PE_EEPOCH },
	};
	size_t i = 0;

	while (!order[i].when)
		i++;
	return order[i].verdict;
}

static unsigned long check_holders(struct pe_verdict_ref r, uint64_t a)
{
	unsigned long acts = 0;

	for (int holder = PE_HOLDER_UNKNOWN; holder <= PE_HOLDER_GONE; holder++)
		for (r.birth = 0; r.birth <= LAPS; r.birth++)
			for (int proven = 0; proven <= 1; proven++) {
				r.holder = (enum pe_holder)holder;
				r.no_lap_missed = proven;
				int verdict = pe_verdict_reference(&r);

				/* ck_assert_int_eq() is too slow for the inside of a loop */
				if (verdict != s2(&r, a))
					ck_assert_int_eq(verdict, s2(&r, a));
				acts += verdict == 0;
			}
	return acts;
}

START_TEST(reference_is_judged_in_the_order_of_s2)
{
	const struct {
		uint32_t cursor;
		bool passed;
	} at[] = { { 0, false }, { NUMBER - 1, false }, { NUMBER, true }, { NUMBER + 1, true } };
	struct pe_verdict_ref r = { .pid = NUMBER };
	unsigned long acts = 0;

	for (uint64_t lap = 1; lap <= LAPS; lap++)
		for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
			for (r.epoch = 0; r.epoch <= LAPS; r.epoch++) {
				r.now = pe_clock_make(lap, at[i].cursor);
				acts += check_holders(r, at[i].passed ? lap : lap - 1);
			}
	ck_assert_uint_gt(acts, 0);
}
END_TEST

START_TEST(reference_of_the_last_lap_and_number_is_judged)
{
	const uint64_t last = (UINT64_C(1) << 42) - 1;
	struct pe_verdict_ref r = {
		.pid = PE_CLOCK_CURSOR_MASK,
		.epoch = last,
		.now = pe_clock_make(last, PE_CLOCK_CURSOR_MASK),
		.holder = PE_HOLDER_KNOWN,
		.birth = last,
	};

	ck_assert_int_eq(pe_verdict_reference(&r), 0);
	r.epoch = UINT64_MAX;
	ck_assert_int_eq(pe_verdict_reference(&r), -EINVAL);
}
END_TEST

/* --- the API boundary --- */

START_TEST(epoch_at_the_API_is_the_nearest_lap)
{
	const uint64_t round = UINT64_C(1) << 32;
	const struct {
		uint32_t epoch;
		uint64_t lap, want;
	} at[] = {
		{ 7, 7, 7 },
		{ 6, 7, 6 },
		{ 8, 7, 8 },
		{ 0, 1, 0 },
		{ 0xffffffff, round, round - 1 },
		{ 0xffffffff, round + 5, round - 1 },
		{ 5, round - 1, round + 5 },
		{ 0x80000000, round, round - 0x80000000 }, /* as far back as forward */
		{ 0x7fffffff, round, round + 0x7fffffff },
		{ 0x80000001, round, round - 0x7fffffff },
		{ 0xffffffff, 1, 0xffffffff }, /* before lap 0: the future it also means */
		{ 0x80000002, 2, 0x80000002 },
		{ 3, 3 * round + 2, 3 * round + 3 },
	};

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		ck_assert_uint_eq(pe_verdict_widen(at[i].epoch, pe_clock_make(at[i].lap, 1)),
				  at[i].want);
}
END_TEST

/* --- verdict.2, verdict.4, verdict.5: S10 --- */

/* P pass, S stop; T report, L latent, R relearned, D die; for the policies report, refuse, abort */
static const struct {
	enum pe_knowledge knowledge;
	bool child, held;
	const char *want[3];
} s10[] = {
	{ PE_KNOWN_NOTHING, false, false, { "P", "P", "P" } },
	{ PE_KNOWN_NOTHING, false, true, { "P", "P", "P" } },
	{ PE_KNOWN_NOTHING, true, false, { "P", "P", "P" } },
	{ PE_KNOWN_NOTHING, true, true, { "P", "P", "P" } },
	{ PE_KNOWN_LIVE, false, false, { "P", "P", "P" } },
	{ PE_KNOWN_LIVE, false, true, { "P", "P", "P" } },
	{ PE_KNOWN_LIVE, true, false, { "P", "P", "P" } },
	{ PE_KNOWN_LIVE, true, true, { "P", "P", "P" } },
	{ PE_KNOWN_FRESH, false, false, { "P", "P", "P" } },
	{ PE_KNOWN_FRESH, false, true, { "P", "P", "P" } },
	{ PE_KNOWN_FRESH, true, false, { "P", "P", "P" } },
	{ PE_KNOWN_FRESH, true, true, { "P", "P", "P" } },
	{ PE_KNOWN_RELEASED, false, false, { "PTL", "SL", "SL" } },
	{ PE_KNOWN_RELEASED, false, true, { "PT", "ST", "STD" } },
	{ PE_KNOWN_RELEASED, true, false, { "PR", "PR", "PR" } },
	{ PE_KNOWN_RELEASED, true, true, { "PR", "PR", "PR" } },
	{ PE_KNOWN_INHERITED, false, false, { "PL", "PL", "PL" } },
	{ PE_KNOWN_INHERITED, false, true, { "PT", "P", "P" } },
	{ PE_KNOWN_INHERITED, true, false, { "PR", "PR", "PR" } },
	{ PE_KNOWN_INHERITED, true, true, { "PR", "PR", "PR" } },
};

START_TEST(verdict_7_a_related_holder_is_not_reported)
{
	struct pe_verdict_use use = { .knowledge = PE_KNOWN_INHERITED,
				      .held = true,
				      .related = true };

	for (int policy = 0; policy < 3; policy++) {
		struct pe_verdict v;

		use.policy = (enum pe_policy)policy;
		v = pe_verdict_classic(&use);
		ck_assert_int_eq(v.act, PE_VERDICT_PASS);
		ck_assert(!v.report && !v.latent);
	}
}
END_TEST

START_TEST(classic_call_is_judged_by_the_table)
{
	const size_t i = (size_t)_i / 3;
	const struct pe_verdict_use use = {
		.knowledge = s10[i].knowledge,
		.own_child_now = s10[i].child,
		.held = s10[i].held,
		.policy = (enum pe_policy)(_i % 3),
	};
	struct pe_verdict v = pe_verdict_classic(&use);
	char got[8], *at = got;

	*at++ = v.act == PE_VERDICT_REFUSE ? 'S' : 'P';
	if (v.report)
		*at++ = 'T';
	if (v.latent)
		*at++ = 'L';
	if (v.relearned)
		*at++ = 'R';
	if (v.dies)
		*at++ = 'D';
	*at = '\0';
	ck_assert_str_eq(got, s10[i].want[use.policy]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stale");
	TCase *reference = tcase_create("S2"), *classic = tcase_create("S10");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(reference, reference_is_judged_in_the_order_of_s2);
	tcase_add_test(reference, reference_of_the_last_lap_and_number_is_judged);
	tcase_add_test(reference, epoch_at_the_API_is_the_nearest_lap);
	tcase_add_test(classic, verdict_7_a_related_holder_is_not_reported);
	tcase_add_loop_test(classic, classic_call_is_judged_by_the_table, 0,
			    3 * (int)(sizeof(s10) / sizeof(s10[0])));
	suite_add_tcase(suite, reference);
	suite_add_tcase(suite, classic);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
