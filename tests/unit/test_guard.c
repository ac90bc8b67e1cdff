/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard: which calls are made, and by which gate. Rules are those of core/engine/guard.h.
 *
 * The test gets an unrelated process under a stale pid without a wrap: it records the pid of a
 * living process that is not its child (its grandchild) as a child that it had and reaped.
 */
#include "core/engine/birth.h"
#include "../support/births.h"

#include <pthread.h>
#include <signal.h>
#include <sys/rseq.h>

START_TEST(guard_1_a_call_on_an_unknown_pid_is_the_kernels)
{
	pid_t other = unrelated();

	ck_assert_int_eq(guarded_kill(other, 0), 0);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	ck_assert_int_eq(guarded_kill(other, 1000), -EINVAL);
	ck_assert_int_eq(guarded_kill(4194303, 0), -ESRCH);
	ck_assert_int_eq(guarded_kill(0, 0), 0); /* a group */
}
END_TEST

START_TEST(a_vfork_childs_call_is_the_kernels)
{
	pid_t other = unrelated();

	make_stale(other);
	ck_assert_int_eq(guarded_kill(other, 0), -ESRCH);
	thread.vfork_depth = 1;
	ck_assert_int_eq(guarded_kill(other, 0), 0);
	thread.vfork_depth = 0;
}
END_TEST

START_TEST(guard_5_groups_pass)
{
	pid_t other = unrelated();

	make_stale(other);
	ck_assert_int_eq(setpgid(0, 0), 0);
	ck_assert_int_eq(guarded_kill(-getpid(), 0), 0);
	ck_assert_int_eq(guarded_kill(-other, 0), -ESRCH); /* the kernel's: no such group */
	ck_assert_int_eq(guarded_kill(0, 0), 0);
}
END_TEST

static void rseq_or_masks(int old)
{
	settings.rseq = __rseq_size != 0;
	settings.rseq_offset = __rseq_offset;
	settings.force_old = old ? PE_OLD_RSEQ : 0;
}

START_TEST(guard_2_either_gate_delivers_once_and_refuses_after_the_reap)
{
	struct child c;
	int status;

	rseq_or_masks(_i);
	c = recorded_child();
	ck_assert_int_eq(!thread.rseq, !settings.rseq || _i);
	for (int n = 0; n < 1000; n++)
		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -EINVAL);
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -ESRCH); /* refused, not asked */
}
END_TEST

START_TEST(guard_1_an_open_slot_opens_no_descriptor)
{
	struct child c = recorded_child();
	struct rlimit none = { 0, 0 };
	long n;

	setrlimit(RLIMIT_NOFILE, &none);
	n = guarded_kill(c.pid, SIGKILL);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(guard_2_the_last_slot_is_only_a_guess)
{
	struct child a = recorded_child(), b = recorded_child();

	ck_assert_int_eq(guarded_kill(a.pid, 0), 0);
	ck_assert_uint_eq(thread.last, pe_frame_know(&frame, (uint32_t)a.pid).index);
	ck_assert_int_eq(guarded_kill(b.pid, 0), 0);
	ck_assert_uint_eq(thread.last, pe_frame_know(&frame, (uint32_t)b.pid).index);
	end(b, 0);
	ck_assert_int_eq(reap(b.pid, NULL, 0), b.pid);
	ck_assert_int_eq(guarded_kill(b.pid, 0), -ESRCH);
	ck_assert_uint_eq(thread.last, 0);
	ck_assert_int_eq(guarded_kill(a.pid, 0), 0);
	end(a, 0);
	ck_assert_int_eq(reap(a.pid, NULL, 0), a.pid);
}
END_TEST

START_TEST(guard_2_a_living_child_gets_its_signal)
{
	struct child c = recorded_child();
	int status;

	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_uint_eq(thread.level, 0);
}
END_TEST

START_TEST(guard_2_with_all_levels_used_calls_are_still_guarded)
{
	struct child c = recorded_child();

	thread.level = 4; /* as four handlers deep */
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_uint_eq(thread.level, 4);
	end(c, 0);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0); /* a zombie */
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
}
END_TEST

START_TEST(guard_2_every_level_up_to_the_last_goes_through_the_gate)
{
	struct child c = recorded_child();

	for (thread.level = 0; thread.level < PE_HOLD_LEVELS + 2;) {
		uint32_t level = thread.level;

		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
		ck_assert_uint_eq(thread.level, level);
		thread.level = level + 1;
	}
	thread.level = 0;
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

static pid_t other_thread;
static pthread_barrier_t announced;

static void *be_there(void *unused)
{
	other_thread = gettid();
	pthread_barrier_wait(&announced);
	pthread_barrier_wait(&announced);
	return unused;
}

START_TEST(guard_5_calls_on_related_processes_pass)
{
	pthread_t t;

	pthread_barrier_init(&announced, NULL, 2);
	pthread_create(&t, NULL, be_there, NULL);
	pthread_barrier_wait(&announced);
	make_stale(getppid());
	make_stale(other_thread);
	make_stale(getpid());
	ck_assert_int_eq(guarded_kill(getppid(), 0), 0);
	ck_assert_int_eq(guarded_kill(other_thread, 0), 0);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	pthread_barrier_wait(&announced);
	pthread_join(t, NULL);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("calls");

	tcase_add_test(c, guard_1_a_call_on_an_unknown_pid_is_the_kernels);
	tcase_add_test(c, a_vfork_childs_call_is_the_kernels);
	tcase_add_test(c, guard_5_groups_pass);
	tcase_add_loop_test(c, guard_2_either_gate_delivers_once_and_refuses_after_the_reap, 0, 2);
	tcase_add_test(c, guard_1_an_open_slot_opens_no_descriptor);
	tcase_add_test(c, guard_2_the_last_slot_is_only_a_guess);
	tcase_add_test(c, guard_2_a_living_child_gets_its_signal);
	tcase_add_test(c, guard_2_with_all_levels_used_calls_are_still_guarded);
	tcase_add_test(c, guard_2_every_level_up_to_the_last_goes_through_the_gate);
	tcase_add_test(c, guard_5_calls_on_related_processes_pass);
	return run_case("guard", c);
}
