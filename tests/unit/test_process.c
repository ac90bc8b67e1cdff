/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process: births, forks, memory refused. Letters are those of core/process.h. */
#include "frame.h"

START_TEST(P1_a_vfork_child_is_not_let_in)
{
	thread.vfork_depth = 1;
	ck_assert(!pe_process_enter(&frame, &thread));
	thread.vfork_depth = 0;
	ck_assert(pe_process_enter(&frame, &thread));
}
END_TEST

START_TEST(P1_with_shared_memory_getpid_decides)
{
	atomic_store(&frame.shared_vm, true);
	ck_assert(pe_process_enter(&frame, &thread));
	frame.tgid++;
	ck_assert(!pe_process_enter(&frame, &thread));
}
END_TEST

/* The exit status of a forked child that runs @check in its copy of the frame. */
static int in_forked_child(int (*check)(struct child), struct child c)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(check(c));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int is_a_new_frame(struct child c)
{
	pe_clock_time before = pe_clock_now(&frame.clock);

	frame.lock = 2; /* as if another thread of the parent had it */
	thread.level = 1;
	if (!pe_process_enter(&frame, &thread))
		return 1;
	if (frame.tgid != getpid() || frame.lock != 0 || frame.ancestors != 1)
		return 2;
	if (known(c.pid) != PE_STALE_NOTHING) /* alive: the child cannot know */
		return 3;
	return pe_clock_now(&frame.clock) == before ? 0 : 4;
}

START_TEST(P2_P3_first_entry_of_a_forked_child)
{
	struct child c = recorded_child();

	ck_assert_int_eq(in_forked_child(is_a_new_frame, c), 0);
	ck_assert_int_eq(known(c.pid), PE_STALE_LIVE);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

static int leaves_the_vfork_behind(struct child c)
{
	(void)c;
	return pe_process_enter(&frame, &thread) && thread.vfork_depth == 0 ? 0 : 1;
}

START_TEST(P2_a_child_forked_by_a_vfork_child_has_memory_of_its_own)
{
	thread.vfork_depth = 1;
	ck_assert_int_eq(in_forked_child(leaves_the_vfork_behind, (struct child){ 0 }), 0);
	thread.vfork_depth = 0;
}
END_TEST

static int knows_from_its_parent(struct child c)
{
	pe_process_enter(&frame, &thread);
	if (known(c.pid) != PE_STALE_INHERITED)
		return 1;
	pe_process_learn(&frame, &thread, c.pid);
	return known(c.pid) == PE_STALE_NOTHING ? 0 : 2;
}

static int knows_from_its_grandparent(struct child c)
{
	pe_process_enter(&frame, &thread);
	return in_forked_child(knows_from_its_parent, c);
}

START_TEST(P3_what_was_reaped_before_the_fork_is_inherited)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
	ck_assert_int_eq(in_forked_child(knows_from_its_parent, c), 0);
	ck_assert_int_eq(in_forked_child(knows_from_its_grandparent, c), 0);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
}
END_TEST

START_TEST(P5_memory_refused_is_never_refused)
{
	struct child c;

	for (uint32_t spare = 0; spare < 5; spare++) {
		frame.slots.limit = frame.slots.carved + (spare == 4);
		frame.slots.keep = UINT32_MAX; /* no used one either */
		frame.inner.limit = frame.inner.carved + spare % 4;
		frame.leaf.limit = frame.leaf.carved;
		c = recorded_child();
		ck_assert_int_ne(known(c.pid), PE_STALE_RELEASED);
		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
		end(c, 7);
		ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
		ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH); /* the kernel's own answer */
	}
}
END_TEST

START_TEST(P6_reaped_before_it_was_recorded)
{
	struct pe_birth b = pe_process_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct child c = unrecorded_child();

	end(c, 0);
	ck_assert_int_eq(reap(-1, NULL, 0), c.pid); /* as a handler in fork's return does */
	pe_process_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
}
END_TEST

START_TEST(P6_another_reap_meanwhile_does_no_harm)
{
	struct child other = unrecorded_child(), c;
	struct pe_birth b = pe_process_birth_begin(&frame, &thread, PE_CALL_FORK);

	c = unrecorded_child();
	end(other, 0);
	ck_assert_int_eq(reap(other.pid, NULL, 0), other.pid);
	pe_process_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_STALE_LIVE);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

START_TEST(a_slot_left_open_is_closed_when_its_number_is_born_again)
{
	struct child c = recorded_child();
	struct pe_known old = pe_process_know(&frame, (uint32_t)c.pid), now;
	struct pe_birth b = pe_process_birth_begin(&frame, &thread, PE_CALL_FORK);

	pe_process_birth_end(&frame, &thread, &b, c.pid); /* the kernel hands out the same number */
	now = pe_process_know(&frame, (uint32_t)c.pid);
	ck_assert_int_eq(now.what, PE_STALE_LIVE);
	ck_assert(now.life != old.life || now.index != old.index);
	ck_assert_uint_gt(now.slot->birth, 0);
	ck_assert_int_eq(pe_slot_close(old.slot, old.life), -ESRCH);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

START_TEST(no_child_was_made)
{
	struct pe_birth b = pe_process_birth_begin(&frame, &thread, PE_CALL_FORK);

	pe_process_birth_end(&frame, &thread, &b, -1);
	pe_process_birth_end(&frame, &thread, &b, 0);
	ck_assert_uint_eq(frame.births, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("frame");

	tcase_add_test(c, P1_a_vfork_child_is_not_let_in);
	tcase_add_test(c, P1_with_shared_memory_getpid_decides);
	tcase_add_test(c, P2_P3_first_entry_of_a_forked_child);
	tcase_add_test(c, P2_a_child_forked_by_a_vfork_child_has_memory_of_its_own);
	tcase_add_test(c, P3_what_was_reaped_before_the_fork_is_inherited);
	tcase_add_test(c, P5_memory_refused_is_never_refused);
	tcase_add_test(c, P6_reaped_before_it_was_recorded);
	tcase_add_test(c, P6_another_reap_meanwhile_does_no_harm);
	tcase_add_test(c, a_slot_left_open_is_closed_when_its_number_is_born_again);
	tcase_add_test(c, no_child_was_made);
	return run_case("process", c);
}
