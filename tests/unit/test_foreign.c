/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* others: what is remembered of processes that are no children. Letters are those of
 * core/time/foreign.h. */
#include "core/time/foreign.h"

#include "../support/host.h"

static struct pe_foreign others;
static pe_arena_chunks chunks;

static void begin(uint32_t limit)
{
	pe_foreign_init(&others, &frame.inner, &frame.leaf, chunks, limit);
}

static int note(uint32_t pid, uint64_t inode, uint64_t lap)
{
	const struct pe_identity who = { .id = inode, .kind = PE_IDENTITY_INODE };

	return pe_foreign_note(&others, pid, &who, lap);
}

static void is_known(uint32_t pid, uint64_t inode, uint64_t since)
{
	const struct pe_foreign_process *o = pe_foreign_find(&others, pid);

	ck_assert_ptr_nonnull(o);
	ck_assert_uint_eq(o->who.id, inode);
	ck_assert_uint_eq(o->since, since);
}

START_TEST(who_was_not_noted_is_not_known)
{
	begin(10);
	ck_assert_ptr_null(pe_foreign_find(&others, 400));
	ck_assert_int_eq(note(400, 88, 6), 0);
	is_known(400, 88, 6);
	ck_assert_ptr_null(pe_foreign_find(&others, 401));
}
END_TEST

START_TEST(foreign_1_a_later_reference_leaves_the_bound_as_it_is)
{
	begin(10);
	note(400, 88, 6);
	note(400, 88, 9);
	is_known(400, 88, 6);
}
END_TEST

START_TEST(foreign_2_the_last_incarnation_takes_the_place)
{
	begin(10);
	note(400, 88, 6);
	note(400, 91, 7);
	is_known(400, 91, 7);
}
END_TEST

START_TEST(foreign_3_when_all_places_are_taken_the_oldest_goes)
{
	begin(3);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_int_eq(note(400 + i, 80 + i, 5), 0);
	ck_assert_int_eq(note(500, 99, 6), 0);
	is_known(500, 99, 6);
	ck_assert_ptr_null(pe_foreign_find(&others, 400));
	is_known(401, 81, 5);
	ck_assert_int_eq(note(501, 100, 6), 0);
	ck_assert_ptr_null(pe_foreign_find(&others, 401));
	is_known(500, 99, 6);
	/* and one that went can come back */
	ck_assert_int_eq(note(400, 80, 7), 0);
	is_known(400, 80, 7);
	ck_assert_ptr_null(pe_foreign_find(&others, 402));
}
END_TEST

START_TEST(foreign_3_without_any_place_it_says_so)
{
	begin(0);
	ck_assert_int_eq(note(400, 88, 6), -ENOMEM);
	ck_assert_ptr_null(pe_foreign_find(&others, 400));
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("memory");

	tcase_add_test(c, who_was_not_noted_is_not_known);
	tcase_add_test(c, foreign_1_a_later_reference_leaves_the_bound_as_it_is);
	tcase_add_test(c, foreign_2_the_last_incarnation_takes_the_place);
	tcase_add_test(c, foreign_3_when_all_places_are_taken_the_oldest_goes);
	tcase_add_test(c, foreign_3_without_any_place_it_says_so);
	return run_case("others", c);
}
