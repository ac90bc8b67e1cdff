/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exit_watch: which of many children have ended. Rules are those of core/reference/exit_watch.h. */
#include "core/reference/exit_watch.h"

#include "../support/host.h"

static struct pe_exit_watch *exits;

static bool can(void)
{
	exits = pe_exit_watch_open();
	if (!exits)
		printf("skip: no io_uring of this kind here\n");
	return exits != NULL;
}

static uint32_t watch(pid_t pid)
{
	struct pe_wait_entry l;
	uint32_t index;
	int fd;

	ck_assert_int_eq(pe_wait_entry_judge(&frame, &thread, pid, 1, &l), PE_WAIT_ENTRY_RUNNING);
	fd = pe_wait_entry_open(&frame, &thread, &l);
	ck_assert_int_ge(fd, 0);
	index = pe_exit_watch_add(exits, &l);
	ck_assert_uint_ne(index, 0);
	ck_assert_uint_eq(exits->looks, 1);
	ck_assert_int_eq(pe_exit_watch_arm(exits, index, fd), 0);
	close(fd);
	return index;
}

START_TEST(exit_watch_1_an_end_is_a_hint_at_its_watch_until_it_is_returned)
{
	struct child c = recorded_child();
	uint32_t index;

	if (!can())
		return;
	index = watch(c.pid);
	ck_assert_uint_eq(exits->looks, 0);
	ck_assert_uint_eq(pe_exit_watch_find(exits, (uint32_t)c.pid), index);
	pe_exit_watch_collect(exits);
	ck_assert_uint_eq(exits->looks, 0);
	end(c, 0);
	for (int i = 0; i < 2; i++) {
		pe_exit_watch_collect(exits);
		ck_assert_uint_eq(exits->looks, 1);
		ck_assert_uint_eq(pe_exit_watch_looks(exits)[0], index);
		pe_exit_watch_tidy(exits);
	}
	pe_exit_watch_drop(exits, index);
	pe_exit_watch_tidy(exits);
	ck_assert_uint_eq(exits->looks, 0);
	ck_assert_uint_eq(pe_exit_watch_find(exits, (uint32_t)c.pid), 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	pe_exit_watch_close(exits);
}
END_TEST

START_TEST(exit_watch_2_a_watch_is_reused_when_it_is_not_armed)
{
	struct child c = recorded_child();
	uint32_t index;

	if (!can())
		return;
	index = watch(c.pid);
	end(c, 0);
	pe_exit_watch_collect(exits);
	pe_exit_watch_drop(exits, index);
	pe_exit_watch_tidy(exits);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	c = recorded_child();
	ck_assert_uint_eq(watch(c.pid), index);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	pe_exit_watch_close(exits);
}
END_TEST

START_TEST(exit_watch_4_all_positions_of_a_watch_are_found_and_removed)
{
	struct child c = recorded_child();
	uint32_t index;

	if (!can())
		return;
	ck_assert_int_eq(pe_exit_watch_room(exits, 5000), 0);
	exits->count = 5000;
	index = watch(c.pid);
	pe_exit_watch_place(exits, index, 10);
	ck_assert_uint_eq(pe_exit_watch_position(exits, index, 0), 10);
	ck_assert_uint_eq(pe_exit_watch_position(exits, index, 11), 5000);
	pe_exit_watch_place(exits, index, 4999);
	pe_exit_watch_place(exits, index, 3);
	ck_assert_uint_eq(pe_exit_watch_position(exits, index, 0), 3);
	ck_assert_uint_eq(pe_exit_watch_position(exits, index, 4), 10);
	ck_assert_uint_eq(pe_exit_watch_position(exits, index, 11), 4999);
	/* another entry's now */
	pe_exit_watch_seen(exits)[10].watch = 0;
	ck_assert_uint_eq(pe_exit_watch_position(exits, index, 4), 4999);
	end(c, 0);
	pe_exit_watch_collect(exits);
	pe_exit_watch_drop(exits, index);
	ck_assert_uint_eq(pe_exit_watch_seen(exits)[3].watch, 0);
	ck_assert_uint_eq(pe_exit_watch_seen(exits)[4999].watch, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	pe_exit_watch_close(exits);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("exits");

	tcase_add_test(c, exit_watch_1_an_end_is_a_hint_at_its_watch_until_it_is_returned);
	tcase_add_test(c, exit_watch_2_a_watch_is_reused_when_it_is_not_armed);
	tcase_add_test(c, exit_watch_4_all_positions_of_a_watch_are_found_and_removed);
	return run_case("exits", c);
}
