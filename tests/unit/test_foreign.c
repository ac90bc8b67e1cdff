/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* foreign: what is recorded of processes that are not children. Rules are those of
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

START_TEST(a_process_that_was_not_noted_is_not_known)
{
	begin(10);
	ck_assert_ptr_null(pe_foreign_find(&others, 400));
	ck_assert_int_eq(note(400, 88, 6), 0);
	is_known(400, 88, 6);
	ck_assert_ptr_null(pe_foreign_find(&others, 401));
}
END_TEST

START_TEST(foreign_1_a_later_reference_does_not_change_the_bound)
{
	begin(10);
	note(400, 88, 6);
	note(400, 88, 9);
	is_known(400, 88, 6);
}
END_TEST

START_TEST(foreign_1_the_greatest_tag_of_an_instance_is_kept)
{
	begin(10);
	note(400, 88, 6);
	note(400, 88, 9);
	note(400, 88, 7);
	ck_assert_uint_eq(pe_foreign_find(&others, 400)->latest, 9);
	note(400, 91, 10);
	ck_assert_uint_eq(pe_foreign_find(&others, 400)->latest, 10);
}
END_TEST

START_TEST(foreign_2_the_last_process_instance_takes_the_entry)
{
	begin(10);
	note(400, 88, 6);
	note(400, 91, 7);
	is_known(400, 91, 7);
}
END_TEST

START_TEST(foreign_3_when_all_entries_are_used_the_oldest_is_replaced)
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
	/* and one that was removed can return */
	ck_assert_int_eq(note(400, 80, 7), 0);
	is_known(400, 80, 7);
	ck_assert_ptr_null(pe_foreign_find(&others, 402));
}
END_TEST

START_TEST(foreign_3_without_any_entry_it_returns_false)
{
	begin(0);
	ck_assert_int_eq(note(400, 88, 6), -ENOMEM);
	ck_assert_ptr_null(pe_foreign_find(&others, 400));
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("memory");

	tcase_add_test(c, a_process_that_was_not_noted_is_not_known);
	tcase_add_test(c, foreign_1_a_later_reference_does_not_change_the_bound);
	tcase_add_test(c, foreign_1_the_greatest_tag_of_an_instance_is_kept);
	tcase_add_test(c, foreign_2_the_last_process_instance_takes_the_entry);
	tcase_add_test(c, foreign_3_when_all_entries_are_used_the_oldest_is_replaced);
	tcase_add_test(c, foreign_3_without_any_entry_it_returns_false);
	return run_case("others", c);
}
