/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frame: births that are recorded late, or after an end that was not seen, and adopted children.
 * Rules are those of core/frame/frame.h and core/engine/birth.h. */
#include "core/engine/birth.h"
#include "../support/births.h"

#include <signal.h>

#include "../support/reuse.h"

START_TEST(frame_6_reaped_before_it_was_recorded)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct child c = unrecorded_child();

	end(c, 0);
	ck_assert_int_eq(reap(-1, NULL, 0), c.pid); /* as a handler in fork's return does */
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(frame_6_reaped_under_the_slot_of_an_earlier_generation)
{
	struct child c = unrecorded_child();
	struct pe_birth b;

	born(&frame, &thread, c.pid); /* an unseen end; the pid is reused */
	b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	end(c, 0);
	ck_assert_int_eq(reap(-1, NULL, 0), c.pid);
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(frame_6_a_concurrent_reap_does_no_harm)
{
	struct child other = unrecorded_child(), c;
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);

	c = unrecorded_child();
	end(other, 0);
	ck_assert_int_eq(reap(other.pid, NULL, 0), other.pid);
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

START_TEST(frame_6_an_unseen_reap_is_decided_by_the_kernel)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct child c = unrecorded_child();

	end(c, 0);
	ck_assert_int_eq(syscall(SYS_wait4, c.pid, NULL, 0, NULL),
			 c.pid); /* bypassing the library */
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(reap(c.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(pe_frame_know(&frame, (uint32_t)c.pid).slot->released_by,
			 PE_CALL_ELSEWHERE);
}
END_TEST

START_TEST(frame_6_a_birth_recorded_late_makes_no_lap)
{
	struct pe_birth slow = pe_birth_begin(&frame, &thread, PE_CALL_FORK);

	born(&frame, &thread,
	     600); /* another thread's child, born after ours and recorded before it */
	pe_birth_end(&frame, &thread, &slow, 500);
	ck_assert_uint_eq(pe_frame_know(&frame, 500).slot->birth, 1);
	ck_assert_uint_eq(pe_frame_know(&frame, 600).slot->birth, 1);
	ck_assert_uint_eq(pe_tree_lap(&frame.tree), 1);
	ck_assert_uint_eq(pe_clock_cursor(pe_clock_now(&frame.clock)), 600);
}
END_TEST

/* Between this fork's two ends the pid was handed out, released and handed out again: a lap of the
 * kernel's. */
START_TEST(frame_6_a_fork_that_slept_through_a_lap_is_younger_than_the_births_of_that_lap)
{
	struct pe_birth slow = pe_birth_begin(&frame, &thread, PE_CALL_FORK);

	make_stale(500);
	ck_assert_uint_eq(pe_frame_know(&frame, 500).slot->birth, 1);
	pe_birth_end(&frame, &thread, &slow, 500);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
	ck_assert_uint_eq(pe_frame_know(&frame, 500).slot->birth, 2);
}
END_TEST

START_TEST(a_pid_at_or_below_the_cursor_begins_a_lap_and_an_epoch)
{
	uint32_t entry;

	born(&frame, &thread, 600);
	born(&frame, &thread, 500);
	ck_assert_uint_eq(pe_frame_know(&frame, 500).slot->birth, 2);
	ck_assert_uint_eq(pe_tree_lap(&frame.tree), 2);
	ck_assert_int_eq(pe_tree_find_in(&frame.tree, 1, 500, &entry), 0);
	ck_assert_uint_eq(entry, 0);
}
END_TEST

START_TEST(frame_6_a_birth_keeps_its_history)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_SPAWN);
	struct pe_slot *s;

	pe_birth_end(&frame, &thread, &b, 500);
	s = pe_frame_know(&frame, 500).slot;
	ck_assert_uint_eq(s->born_by, PE_CALL_SPAWN);
	ck_assert_uint_gt(s->born, 0);
	ck_assert_uint_eq(s->released, 0);
}
END_TEST

/* --- learning --- */

START_TEST(learning_makes_a_stale_pid_fresh_and_no_other)
{
	make_stale(500);
	born(&frame, &thread, 501);
	pe_frame_learn(&frame, &thread, 0);
	pe_frame_learn(&frame, &thread, -500);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	pe_frame_learn(&frame, &thread, 501);
	pe_frame_learn(&frame, &thread, 502);
	pe_frame_learn(&frame, &thread, INT32_MAX);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_int_eq(known(501), PE_KNOWN_LIVE);
	ck_assert_int_eq(known(502), PE_KNOWN_NOTHING);
	pe_frame_learn(&frame, &thread, 500);
	ck_assert_int_eq(known(500), PE_KNOWN_FRESH);
	make_stale(500); /* and stale again after another birth */
}
END_TEST

/* --- adoption --- */

START_TEST(an_adopted_child_gets_one_slot)
{
	struct child c = unrecorded_child();

	ck_assert(pe_birth_adopt(&frame, &thread, c.pid));
	ck_assert(pe_birth_adopt(&frame, &thread, c.pid));
	ck_assert_uint_eq(frame.births, 1);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

/* @older: the slot is that of an older instance, whose end was not seen */
static void adopted_before_fork_returns(bool older)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct child c = unrecorded_child();
	struct pe_known first, now;
	struct pe_obituary o;

	ck_assert(pe_birth_adopt(&frame, &thread, c.pid));
	first = pe_frame_know(&frame, (uint32_t)c.pid);
	if (older)
		atomic_fetch_sub(&first.slot->born, 1000);
	pe_birth_end(&frame, &thread, &b, c.pid);
	now = pe_frame_know(&frame, (uint32_t)c.pid);
	ck_assert_int_eq(now.what, PE_KNOWN_LIVE);
	ck_assert_int_eq(now.instance == first.instance && now.index == first.index, !older);
	ck_assert_int_eq(pe_obituary_last(&frame.obituaries, (uint32_t)c.pid, 0, &o) != 0, older);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}

START_TEST(birth_5_a_child_adopted_before_its_fork_returns_keeps_its_slot)
{
	adopted_before_fork_returns(false);
}
END_TEST

START_TEST(birth_5_the_slot_of_an_older_instance_is_replaced)
{
	adopted_before_fork_returns(true);
}
END_TEST

START_TEST(a_child_that_has_ended_is_not_adopted)
{
	pe_birth_adopt(&frame, &thread, 4194301);
	ck_assert_int_eq(known(4194301), PE_KNOWN_RELEASED);
}
END_TEST

static void unseen_reap_and_the_same_number_again(void)
{
	struct pe_known first;

	ck_assert_int_eq(recorded_child_as(500), 500);
	first = pe_frame_know(&frame, 500);
	kill(500, SIGKILL);
	ck_assert_int_eq(waitpid(500, NULL, 0), 500);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE); /* the engine does not know */
	ck_assert_int_eq(recorded_child_as(500), 500);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
	ck_assert_uint_gt(pe_frame_know(&frame, 500).slot->birth, 1); /* a lap after the first */
	ck_assert_int_eq(pe_slot_close(first.slot, first.instance), -ESRCH);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(reap(500, NULL, 0), 500);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
}

START_TEST(frame_6_an_unseen_end_and_the_pid_is_reused)
{
	ck_assert_int_eq(in_own_namespace(unseen_reap_and_the_same_number_again), 0);
}
END_TEST

START_TEST(a_slot_left_open_is_closed_when_its_pid_is_reused)
{
	struct child c = recorded_child();
	struct pe_known old = pe_frame_know(&frame, (uint32_t)c.pid), now;
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);

	pe_birth_end(&frame, &thread, &b, c.pid); /* the kernel allocates the same pid */
	now = pe_frame_know(&frame, (uint32_t)c.pid);
	ck_assert_int_eq(now.what, PE_KNOWN_LIVE);
	ck_assert(now.instance != old.instance || now.index != old.index);
	ck_assert_uint_gt(now.slot->birth, 0);
	ck_assert_int_eq(pe_slot_close(old.slot, old.instance), -ESRCH);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

START_TEST(no_child_was_made)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);

	pe_birth_end(&frame, &thread, &b, -1);
	pe_birth_end(&frame, &thread, &b, 0);
	ck_assert_uint_eq(frame.births, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("births");

	tcase_add_test(c, frame_6_reaped_before_it_was_recorded);
	tcase_add_test(c, frame_6_reaped_under_the_slot_of_an_earlier_generation);
	tcase_add_test(c, frame_6_a_concurrent_reap_does_no_harm);
	tcase_add_test(c, frame_6_an_unseen_reap_is_decided_by_the_kernel);
	tcase_add_test(c, frame_6_a_birth_recorded_late_makes_no_lap);
	tcase_add_test(
		c, frame_6_a_fork_that_slept_through_a_lap_is_younger_than_the_births_of_that_lap);
	tcase_add_test(c, a_pid_at_or_below_the_cursor_begins_a_lap_and_an_epoch);
	tcase_add_test(c, frame_6_a_birth_keeps_its_history);
	tcase_add_test(c, learning_makes_a_stale_pid_fresh_and_no_other);
	tcase_add_test(c, an_adopted_child_gets_one_slot);
	tcase_add_test(c, birth_5_a_child_adopted_before_its_fork_returns_keeps_its_slot);
	tcase_add_test(c, birth_5_the_slot_of_an_older_instance_is_replaced);
	tcase_add_test(c, a_child_that_has_ended_is_not_adopted);
	tcase_add_test(c, frame_6_an_unseen_end_and_the_pid_is_reused);
	tcase_add_test(c, a_slot_left_open_is_closed_when_its_pid_is_reused);
	tcase_add_test(c, no_child_was_made);
	return run_case("frame_births", c);
}
