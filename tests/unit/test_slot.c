/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* slot: the states of one process instance, one transition at a time. Rules are those of
 * core/memory/slot.h. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "core/memory/slot.h"

static struct pe_slot slot;
static uint64_t instance;

static void open_slot(void)
{
	slot = (struct pe_slot){ .word = PE_SLOT_DEAD };
	pe_slot_prepare(&slot, 7, 1000, 3);
	instance = pe_slot_attach(&slot, 4711);
}

START_TEST(slot_1_open_slot_admits_its_own_pid_only)
{
	ck_assert_int_eq(pe_slot_check(&slot, 4711), 0);
	ck_assert_int_eq(pe_slot_check(&slot, 4712), -ESRCH);
	ck_assert_uint_eq(pe_slot_pid(&slot), 4711);
}
END_TEST

START_TEST(slot_1_largest_pid_does_not_touch_the_flags)
{
	slot.word = PE_SLOT_DEAD;
	pe_slot_attach(&slot, (1u << 22) - 1);
	ck_assert_int_eq(pe_slot_check(&slot, (1u << 22) - 1), 0);
}
END_TEST

START_TEST(slot_1_closed_slot_is_a_zombie_for_its_pid_and_not_found_for_others)
{
	ck_assert_int_eq(pe_slot_close(&slot, instance), 0);
	ck_assert_int_eq(pe_slot_check(&slot, 4711), -EBUSY);
	ck_assert_int_eq(pe_slot_check(&slot, 4712), -ESRCH);
	ck_assert(!pe_slot_leave(&slot));
	ck_assert_int_eq(pe_slot_check(&slot, 4711), 0);
}
END_TEST

START_TEST(slot_2_close_is_for_one_generation)
{
	uint64_t next;

	ck_assert_int_eq(pe_slot_close(&slot, instance), 0);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), 0);
	pe_slot_bury(&slot, 2000, 4);
	ck_assert_int_eq(pe_slot_close(&slot, instance),
			 -ESRCH); /* dead, although its closer is still inside */
	ck_assert(pe_slot_leave(&slot));
	ck_assert_int_eq(pe_slot_close(&slot, instance), -ESRCH);
	next = pe_slot_attach(&slot, 4711); /* the same slot, the same pid, another generation */
	ck_assert_uint_ne(next, instance);
	ck_assert_int_eq(pe_slot_close(&slot, instance), -ESRCH);
	ck_assert_int_eq(pe_slot_check(&slot, 4711), 0);
	ck_assert_int_eq(pe_slot_close(&slot, next), 0);
}
END_TEST

START_TEST(slot_2_generations_wrap_without_touching_the_flags)
{
	for (uint32_t i = 0; i < (1u << 26) + 3; i++)
		instance = pe_slot_attach(&slot, 4711);
	ck_assert_uint_eq(slot.word, instance);
	ck_assert_uint_eq(instance & ~PE_SLOT_GENERATION_AND_PID, 0);
	ck_assert_int_eq(pe_slot_check(&slot, 4711), 0);
}
END_TEST

START_TEST(slot_4_one_closer_reaps)
{
	ck_assert_int_eq(pe_slot_close(&slot, instance), 0);
	ck_assert_int_eq(pe_slot_close(&slot, instance), 0);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), 0);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), -EBUSY);
	pe_slot_cancel_reap(&slot);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), 0);
	pe_slot_bury(&slot, 2000, 4);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), -ESRCH);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), -ESRCH); /* the refusal left nothing behind */
	ck_assert_int_eq(pe_slot_check(&slot, 4711), -ESRCH);
}
END_TEST

START_TEST(slot_6_the_last_closer_out_frees_it_once)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pe_slot_close(&slot, instance), 0);
	ck_assert_int_eq(pe_slot_begin_reap(&slot), 0);
	ck_assert(!pe_slot_leave(&slot)); /* not dead yet */
	pe_slot_bury(&slot, 2000, 4);
	ck_assert(!pe_slot_leave(&slot));
	ck_assert(pe_slot_leave(&slot));
	ck_assert_uint_eq(slot.word & ~PE_SLOT_GENERATION_AND_PID, PE_SLOT_DEAD);
}
END_TEST

START_TEST(slot_7_history_outlives_the_process_instance)
{
	pe_slot_close(&slot, instance);
	pe_slot_begin_reap(&slot);
	pe_slot_bury(&slot, 2000, 4);
	pe_slot_leave(&slot);
	ck_assert_uint_eq(pe_slot_pid(&slot), 4711);
	ck_assert_uint_eq(slot.birth, 7);
	ck_assert_uint_eq(slot.born, 1000);
	ck_assert_uint_eq(slot.born_by, 3);
	ck_assert_uint_eq(slot.released, 2000);
	ck_assert_uint_eq(slot.released_by, 4);
	pe_slot_prepare(&slot, 8, 3000, 5);
	ck_assert_uint_eq(slot.released, 0);
}
END_TEST

START_TEST(an_abandoned_slot_refuses)
{
	pe_slot_abandon(&slot);
	ck_assert_int_eq(pe_slot_check(&slot, 4711), -ESRCH);
	ck_assert_int_eq(pe_slot_close(&slot, instance), -ESRCH);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("slot");
	TCase *c = tcase_create("states");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, open_slot, NULL);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, slot_1_open_slot_admits_its_own_pid_only);
	tcase_add_test(c, slot_1_largest_pid_does_not_touch_the_flags);
	tcase_add_test(c, slot_1_closed_slot_is_a_zombie_for_its_pid_and_not_found_for_others);
	tcase_add_test(c, slot_2_close_is_for_one_generation);
	tcase_add_test(c, slot_2_generations_wrap_without_touching_the_flags);
	tcase_add_test(c, slot_4_one_closer_reaps);
	tcase_add_test(c, slot_6_the_last_closer_out_frees_it_once);
	tcase_add_test(c, slot_7_history_outlives_the_process_instance);
	tcase_add_test(c, an_abandoned_slot_refuses);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
