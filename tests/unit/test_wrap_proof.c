/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wrap_proof: when is it proven that no lap passed unseen? Rules are those of
 * core/time/wrap_proof.h. */
#include "core/time/wrap_proof.h"

#include <sched.h>
#include <stdio.h>

#include "../support/host.h"

static struct pe_clock time_now;
static struct pe_wrap_proof proof;

static struct pe_wrap_proof_look look(uint64_t forks, uint64_t tasks, uint64_t pid_max,
				      uint32_t cursor)
{
	return (struct pe_wrap_proof_look){
		.forks = forks,
		.forks_after = forks,
		.tasks = tasks,
		.pid_max = pid_max,
		.cursor = cursor,
	};
}

static void begin(void)
{
	struct pe_wrap_proof_look first = look(10000, 100, 32768, 500);

	proof = (struct pe_wrap_proof){ .forks = 0 };
	pe_clock_init(&time_now, pe_clock_make(7, 500));
	pe_wrap_proof_judge(&proof, &time_now, pe_clock_now(&time_now), &first);
	pe_clock_give(&time_now);
}

static int judge(struct pe_wrap_proof_look now)
{
	return pe_wrap_proof_judge(&proof, &time_now, pe_clock_now(&time_now), &now);
}

START_TEST(wrap_proof_1_few_forks_prove_the_lap_and_the_cursor_determines_it)
{
	begin();
	ck_assert_int_eq(judge(look(10100, 100, 32768, 600)), 0);
	ck_assert_uint_eq(pe_clock_now(&time_now), pe_clock_make(7, 600));
	ck_assert_int_eq(judge(look(10200, 100, 32768, 400)), 0);
	ck_assert_uint_eq(pe_clock_now(&time_now), pe_clock_make(8, 400));
}
END_TEST

/* the smallest number of forks that may have filled a lap: 4 * forks + 3 * tasks + 300 >=
 * pid_max */
START_TEST(wrap_proof_1_the_bound_counts_the_pids_in_use)
{
	const uint64_t bound = (32768 - 300 - 3 * 100 + 3) / 4;

	begin();
	ck_assert_int_eq(judge(look(10000 + bound - 1, 100, 32768, 600)), 0);
	begin();
	ck_assert_int_eq(judge(look(10000 + bound, 100, 32768, 600)), -ENODATA);
	begin();
	ck_assert_int_eq(judge(look(10000 + bound - 1, 102, 32768, 600)), -ENODATA);
}
END_TEST

START_TEST(wrap_proof_2_without_proof_every_tag_is_too_old)
{
	pe_clock_time before;

	begin();
	before = pe_clock_now(&time_now);
	ck_assert_int_eq(judge(look(10000 + 32768, 100, 32768, 500)), -ENODATA);
	ck_assert_uint_ge(pe_clock_lap(pe_clock_now(&time_now)), pe_clock_lap(before) + 1);
	/* from here on it is proven again */
	ck_assert_int_eq(judge(look(10000 + 32768 + 5, 100, 32768, 505)), 0);
}
END_TEST

/* For every cursor at the time of the tag and now: the tag is older than the pid's epoch. */
START_TEST(wrap_proof_2_no_tag_from_before_a_gap_is_of_the_present)
{
	const uint32_t cursors[] = { 301, 400, 500, 600, 32000 };

	for (int i = 0; i < 25; i++)
		for (uint32_t pid = 300; pid < 700; pid += 50) {
			pe_clock_time given;

			begin();
			judge(look(10010, 100, 32768, cursors[i % 5]));
			given = pe_clock_give(&time_now);
			judge(look(90000, 100, 32768, cursors[i / 5]));
			ck_assert_uint_gt(pe_clock_eps(pe_clock_now(&time_now), pid),
					  pe_clock_eps(given, pid));
		}
}
END_TEST

START_TEST(wrap_proof_4_forks_during_the_check_count_on_both_sides)
{
	struct pe_wrap_proof_look wide = look(10100, 100, 32768, 600);

	begin();
	wide.forks_after = 10000 + 32768;
	ck_assert_int_eq(judge(wide), -ENODATA);
	ck_assert_uint_eq(proof.forks, 10100);
}
END_TEST

START_TEST(wrap_proof_5_the_first_check_proves_nothing)
{
	struct pe_wrap_proof_look first = look(10000, 100, 32768, 500);
	pe_clock_time before;

	proof = (struct pe_wrap_proof){ .forks = 0 };
	pe_clock_init(&time_now, pe_clock_make(7, 500));
	before = pe_clock_give(&time_now);
	ck_assert_int_eq(judge(first), -ENODATA);
	ck_assert_uint_ge(pe_clock_lap(pe_clock_now(&time_now)), pe_clock_lap(before) + 1);
}
END_TEST

START_TEST(wrap_proof_5_a_clock_that_gave_out_no_tag_loses_no_lap)
{
	struct pe_wrap_proof_look first = look(10000, 100, 32768, 500);

	proof = (struct pe_wrap_proof){ .forks = 0 };
	pe_clock_init(&time_now, pe_clock_make(7, 500));
	judge(first);
	ck_assert_uint_eq(pe_clock_lap(pe_clock_now(&time_now)), 7);
}
END_TEST

START_TEST(a_counter_that_decreases_proves_nothing)
{
	begin();
	ck_assert_int_eq(judge(look(9000, 100, 32768, 600)), -ENODATA);
}
END_TEST

/* A machine with too many tasks for its pids for any proof: this is reported. */
START_TEST(the_machines_own_figures_are_read)
{
	struct pe_wrap_proof c = { .forks = 0 };
	struct child other;
	uint64_t before;

	pe_clock_init(&time_now, 0);
	pe_wrap_proof_take(&c, &time_now);
	ck_assert_uint_gt(c.forks, 0);
	ck_assert_uint_gt(c.tasks, 0);
	before = c.forks;
	other = unrecorded_child();
	pe_wrap_proof_take(&c, &time_now);
	ck_assert_uint_gt(c.forks, before);
	ck_assert_uint_ge(pe_clock_cursor(pe_clock_now(&time_now)), 1);
	end(other, 0);
	ck_assert_int_eq(waitpid(other.pid, NULL, 0), other.pid);
}
END_TEST

/* In a new pid namespace /proc is still the old one's. */
START_TEST(wrap_proof_3_the_proc_of_another_namespace_proves_nothing)
{
	int status;
	pid_t first;

	if (unshare(CLONE_NEWPID | (geteuid() ? CLONE_NEWUSER : 0)) != 0) {
		fprintf(stderr, "left out: cannot create a pid namespace\n");
		return;
	}
	first = fork();
	if (first == 0) {
		pe_clock_init(&time_now, 0);
		proof = (struct pe_wrap_proof){ .forks = 0 };
		_exit(pe_wrap_proof_take(&proof, &time_now) == 0 || proof.forks != 0);
	}
	ck_assert_int_eq(waitpid(first, &status, 0), first);
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("proofs");

	tcase_add_test(c, wrap_proof_1_few_forks_prove_the_lap_and_the_cursor_determines_it);
	tcase_add_test(c, wrap_proof_1_the_bound_counts_the_pids_in_use);
	tcase_add_test(c, wrap_proof_2_without_proof_every_tag_is_too_old);
	tcase_add_test(c, wrap_proof_2_no_tag_from_before_a_gap_is_of_the_present);
	tcase_add_test(c, wrap_proof_4_forks_during_the_check_count_on_both_sides);
	tcase_add_test(c, wrap_proof_5_the_first_check_proves_nothing);
	tcase_add_test(c, wrap_proof_5_a_clock_that_gave_out_no_tag_loses_no_lap);
	tcase_add_test(c, a_counter_that_decreases_proves_nothing);
	tcase_add_test(c, the_machines_own_figures_are_read);
	tcase_add_test(c, wrap_proof_3_the_proc_of_another_namespace_proves_nothing);
	return run_case("proof", c);
}
