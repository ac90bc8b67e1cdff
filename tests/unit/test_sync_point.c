/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sync_point: the point up to which references are in order. Rules are those of
 * core/frame/sync_point.h. */
#include "core/frame/sync_point.h"

#include <signal.h>

#include "../support/host.h"

static pe_clock_time lap(uint64_t n)
{
	return pe_clock_make(n, 0);
}

START_TEST(sync_point_1_the_point_goes_forward_only)
{
	pe_clock_time first = pe_sync_point_get(&frame), later;

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(pe_sync_point_get(&frame), first);
	pe_clock_skip(&frame.clock, 1);
	later = pe_clock_now(&frame.clock);
	ck_assert_int_eq(pe_sync_point_set(&frame, later), 0);
	ck_assert_int_eq(pe_sync_point_set(&frame, later), 0);
	ck_assert_int_eq(pe_sync_point_set(&frame, first), -EINVAL);
	ck_assert_uint_eq(pe_sync_point_get(&frame), later);
}
END_TEST

START_TEST(sync_point_1_a_future_moment_is_refused)
{
	pe_sync_point_get(&frame);
	ck_assert_int_eq(pe_sync_point_set(&frame, pe_clock_now(&frame.clock) + 1), -EINVAL);
}
END_TEST

START_TEST(sync_point_1_a_bare_lap_is_its_earliest_moment_not_set_yet)
{
	pe_clock_time point = pe_sync_point_get(&frame);
	uint64_t at = pe_clock_lap(point);

	ck_assert_int_eq(pe_sync_point_set_lap(&frame, (uint32_t)at), 0);
	ck_assert_uint_eq(pe_sync_point_get(&frame), point);
	pe_clock_skip(&frame.clock, 3);
	ck_assert_int_eq(pe_sync_point_set_lap(&frame, (uint32_t)at + 2), 0);
	ck_assert_uint_eq(pe_sync_point_get(&frame), lap(at + 2));
	ck_assert_int_eq(pe_sync_point_set_lap(&frame, (uint32_t)at + 9), -EINVAL);
	ck_assert_int_eq(pe_sync_point_set_lap(&frame, (uint32_t)at), -EINVAL);
}
END_TEST

/* the same across the end of 32 bits, which is the width of the API */
START_TEST(sync_point_1_laps_beyond_32_bits)
{
	pe_clock_skip(&frame.clock, UINT64_C(0xfffffffe));
	pe_sync_point_get(&frame);
	pe_clock_skip(&frame.clock, 4);
	ck_assert_int_eq(pe_sync_point_set_lap(&frame, 1), 0);
	ck_assert_uint_eq(pe_clock_lap(pe_sync_point_get(&frame)), UINT64_C(0x100000001));
}
END_TEST

/* a child in each of @laps laps, so that the tree has an epoch for each */
static void live_through(unsigned int laps)
{
	for (unsigned int i = 0; i < laps; i++) {
		struct child c;

		pe_clock_skip(&frame.clock, 1);
		c = recorded_child();
		end(c, 0);
		ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	}
}

START_TEST(sync_point_2_setting_it_frees_the_kept_epochs)
{
	pe_sync_point_get(&frame);
	live_through(3);
	ck_assert_uint_gt(pe_tree_old_bytes(&frame.tree), 0);
	ck_assert_int_eq(pe_sync_point_set(&frame, pe_clock_now(&frame.clock)), 0);
	/* S7: the previous epoch is kept in any case */
	ck_assert_uint_eq(frame.tree.epoch[0].state + frame.tree.epoch[1].state +
				  frame.tree.epoch[2].state + frame.tree.epoch[3].state,
			  2);
}
END_TEST

static volatile sig_atomic_t signals, signalled_lap;

static void note_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	ck_assert_int_eq(info->si_code, SI_QUEUE);
	ck_assert_int_eq(info->si_pid, getpid());
	signals++;
	signalled_lap = info->si_value.sival_int;
}

static void listen(void)
{
	struct sigaction action = { .sa_sigaction = note_signal, .sa_flags = SA_SIGINFO };

	ck_assert_int_eq(sigaction(SIGUSR2, &action, NULL), 0);
	ck_assert_int_eq(pe_sync_point_choose(&frame, SIGUSR2), 0);
}

START_TEST(sync_point_3_two_whole_laps_behind_and_once_for_each_point)
{
	pe_clock_time point = pe_sync_point_get(&frame);

	listen();
	pe_clock_skip(&frame.clock, 1);
	pe_sync_point_check(&frame);
	ck_assert_int_eq(signals, 0);
	pe_clock_skip(&frame.clock, 1);
	pe_sync_point_check(&frame);
	ck_assert_int_eq(signals, 1);
	ck_assert_int_eq(signalled_lap, (int)pe_clock_lap(point) + 2);
	pe_clock_skip(&frame.clock, 1);
	pe_sync_point_check(&frame);
	ck_assert_int_eq(signals, 1);

	ck_assert_int_eq(pe_sync_point_set(&frame, pe_clock_now(&frame.clock)), 0);
	pe_clock_skip(&frame.clock, 2);
	pe_sync_point_check(&frame);
	ck_assert_int_eq(signals, 2);
}
END_TEST

START_TEST(sync_point_3_a_fork_is_an_entry)
{
	struct child c;

	listen();
	pe_clock_skip(&frame.clock, 2);
	c = recorded_child();
	ck_assert_int_eq(signals, 1);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(sync_point_3_no_signal_by_default_and_no_invalid_signal)
{
	pe_sync_point_get(&frame);
	pe_clock_skip(&frame.clock, 5);
	pe_sync_point_check(&frame); /* a signal would end the test */
	ck_assert_int_eq(pe_sync_point_chosen(&frame), 0);
	ck_assert_int_eq(pe_sync_point_choose(&frame, 65), -EINVAL);
	ck_assert_int_eq(pe_sync_point_choose(&frame, -1), -EINVAL);
	ck_assert_int_eq(pe_sync_point_choose(&frame, 64), 0);
}
END_TEST

START_TEST(sync_point_3_S5_a_child_keeps_the_point_and_not_the_choice)
{
	pe_clock_time point = pe_sync_point_get(&frame);
	int status;
	pid_t pid;

	listen();
	pid = fork();
	if (pid == 0) {
		if (!pe_frame_enter(&frame, &thread))
			_exit(1);
		_exit(pe_sync_point_get(&frame) == point && pe_sync_point_chosen(&frame) == 0 ? 0
											      : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(sync_point_4_beyond_the_bound_the_oldest_are_retired_early)
{
	settings.old_bytes_most = 1;
	live_through(4);
	ck_assert_uint_gt(frame.sync.retired_early, 0);
	ck_assert_uint_eq(frame.tree.epoch[0].state + frame.tree.epoch[1].state +
				  frame.tree.epoch[2].state + frame.tree.epoch[3].state,
			  2);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("points");

	tcase_add_test(c, sync_point_1_the_point_goes_forward_only);
	tcase_add_test(c, sync_point_1_a_future_moment_is_refused);
	tcase_add_test(c, sync_point_1_a_bare_lap_is_its_earliest_moment_not_set_yet);
	tcase_add_test(c, sync_point_1_laps_beyond_32_bits);
	tcase_add_test(c, sync_point_2_setting_it_frees_the_kept_epochs);
	tcase_add_test(c, sync_point_3_two_whole_laps_behind_and_once_for_each_point);
	tcase_add_test(c, sync_point_3_a_fork_is_an_entry);
	tcase_add_test(c, sync_point_3_no_signal_by_default_and_no_invalid_signal);
	tcase_add_test(c, sync_point_3_S5_a_child_keeps_the_point_and_not_the_choice);
	tcase_add_test(c, sync_point_4_beyond_the_bound_the_oldest_are_retired_early);
	return run_case("sync", c);
}
