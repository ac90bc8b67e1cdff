/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* release: the ends of process instances, seen and unseen. Rules are those of
 * core/engine/release.h. */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <pthread.h>
#include <sched.h>

#include "../support/unwinding.h"

static struct pe_known born(int pid)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);

	pe_birth_end(&frame, &thread, &b, pid);
	return pe_frame_know(&frame, (uint32_t)pid);
}

/* From here on births and ends have stacks. */
static void with_stacks(void)
{
	frame.trace = pe_trace_make(&unwinding);
	ck_assert_ptr_nonnull(frame.trace);
}

static const struct pe_trace_mark *mark_of(const struct pe_known *k)
{
	return &frame.trace->mark[k->index].released;
}

START_TEST(release_1_the_entry_is_expired_and_own_calls_are_dead)
{
	struct pe_known k = born(500);
	struct pe_hold h = pe_hold_publish(&frame.records, &thread, k.index, SYS_kill);

	ck_assert_ptr_nonnull(h.record);
	ck_assert_uint_eq(*pe_hold_dead(&h), 0);
	pe_release_lost(&frame, &thread, &k,
			PE_CALL_WAITPID); /* as a handler above that call would */
	ck_assert_uint_ne(*pe_hold_dead(&h), 0);
	ck_assert_uint_ne(pe_tree_find(&frame.tree, 500) & PE_TREE_EXPIRED, 0);
	ck_assert_uint_ne(pe_slot_word(k.slot) & PE_SLOT_DEAD, 0);
	pe_hold_release(&thread, &h);
}
END_TEST

START_TEST(release_2_a_loss_concerns_one_generation)
{
	struct pe_known first = born(500), second = born(500);

	pe_release_lost(&frame, &thread, &first, PE_CALL_WAITPID);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
	pe_release_lost(&frame, &thread, &second, PE_CALL_WAIT3);
	pe_release_lost(&frame, &thread, &second, PE_CALL_WAITPID); /* once is enough */
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_uint_eq(second.slot->released_by, PE_CALL_WAIT3);
	ck_assert_uint_eq(frame.slots.live, 0);
}
END_TEST

static _Atomic int loser_tid;
static _Atomic bool loser_is_back;

static void *lose(void *known)
{
	struct pe_thread self = { 0 };

	atomic_store(&loser_tid, gettid());
	pe_release_lost(&frame, &self, known, PE_CALL_WAITPID);
	atomic_store(&loser_is_back, true);
	return NULL;
}

START_TEST(release_2_a_call_of_another_thread_is_waited_for)
{
	struct pe_known k = born(500);
	struct pe_hold h = pe_hold_publish(&frame.records, &thread, k.index, SYS_kill);
	pthread_t t;

	pthread_create(&t, NULL, lose, &k);
	while (!is_in_call(atomic_load(&loser_tid), SYS_futex))
		sched_yield();
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
	ck_assert_uint_eq(*pe_hold_dead(&h), 0);
	pe_hold_release(&thread, &h);
	pthread_join(t, NULL);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
}
END_TEST

/* On return it is buried, also where that is another closer's doing. */
START_TEST(release_2_another_closer_is_waited_for)
{
	struct pe_known k = born(500);
	uint64_t mask = pe_sys_mask_all();
	pthread_t t;

	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0);
	ck_assert_int_eq(pe_slot_begin_reap(k.slot), 0);
	pthread_create(&t, NULL, lose, &k);
	while (!atomic_load(&loser_tid))
		sched_yield();
	for (int looks = 0; looks < 20000; looks++)
		ck_assert(!atomic_load(&loser_is_back));
	pe_release_reaped(&frame, &thread, &k, PE_CALL_WAIT4, &(struct pe_obituary){ 0 });
	pe_sys_mask_restore(mask);
	pe_release_leave(&frame, k.index);
	pthread_join(t, NULL);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_uint_eq(k.slot->released_by, PE_CALL_WAIT4);
	ck_assert_uint_eq(frame.slots.live, 0);
}
END_TEST

START_TEST(release_2_the_last_closer_frees_the_slot)
{
	struct pe_known k = born(500);

	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0);
	pe_release_leave(&frame, k.index);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE); /* it has not been reaped */
	ck_assert_uint_eq(frame.slots.live, 1);
	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_uint_eq(frame.slots.live, 1);
	pe_release_leave(&frame, k.index);
	ck_assert_uint_eq(frame.slots.live, 0);
}
END_TEST

START_TEST(release_2_a_living_child_is_not_gone)
{
	struct child c = recorded_child();

	pe_release_if_gone(&frame, &thread, (uint32_t)c.pid, 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	pe_release_if_gone(&frame, &thread, (uint32_t)c.pid, 0); /* a zombie keeps its pid */
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

/* A child is reaped by @which, -1 or its own pid, before its birth is recorded. */
static struct pe_known reaped_too_early(int which)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct child c = unrecorded_child();

	end(c, 0);
	ck_assert_int_eq(reap(which == -1 ? -1 : c.pid, NULL, 0), c.pid);
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	return pe_frame_know(&frame, (uint32_t)c.pid);
}

START_TEST(release_3_an_early_reap_records_its_place)
{
	struct pe_known k;

	with_stacks();
	k = reaped_too_early(-1);
	ck_assert_uint_eq(k.slot->released_by, PE_CALL_WAITPID);
	ck_assert(k.slot->released_any);
	ck_assert_uint_ne(mark_of(&k)->stack, 0);
	ck_assert_int_eq((int)mark_of(&k)->tid, gettid());
	k = reaped_too_early(0);
	ck_assert_uint_eq(k.slot->released_by, PE_CALL_WAITPID);
	ck_assert(!k.slot->released_any);
}
END_TEST

START_TEST(release_3_without_stacks_it_was_elsewhere)
{
	struct pe_known k = reaped_too_early(-1);

	ck_assert_uint_eq(k.slot->released_by, PE_CALL_ELSEWHERE);
	ck_assert(!k.slot->released_any);
}
END_TEST

START_TEST(release_3_a_thread_that_notices_a_reap_elsewhere_did_not_make_it)
{
	struct pe_known k;

	with_stacks();
	k = born(500);
	pe_release_lost(&frame, &thread, &k, PE_CALL_ELSEWHERE);
	ck_assert_uint_eq(mark_of(&k)->stack, 0);
	ck_assert_uint_eq(mark_of(&k)->tid, 0);
	k = born(501);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_uint_ne(mark_of(&k)->stack, 0);
	ck_assert_int_eq((int)mark_of(&k)->tid, gettid());
}
END_TEST

/* A note from before the fork is about another child of the same pid. */
START_TEST(release_3_an_older_reap_of_the_pid_is_another_childs)
{
	struct pe_known k;

	with_stacks();
	pe_trace_note_early_reap(frame.trace, &(struct pe_trace_early_reap){ .pid = 4194301,
									     .by = PE_CALL_WAIT3 });
	k = born(4194301);
	pe_release_if_gone(&frame, &thread, 4194301, 1);
	ck_assert_int_eq(known(4194301), PE_KNOWN_RELEASED);
	ck_assert_uint_eq(k.slot->released_by, PE_CALL_ELSEWHERE);
}
END_TEST

/* the exit status of a forked child: 0 if the pid was not found */
static int born_after_the_fork(uint32_t pid)
{
	struct pe_known k;

	if (!pe_frame_enter(&frame, &thread))
		return 2;
	k = born((int)pid);
	pe_release_if_gone(&frame, &thread, pid, atomic_load(&frame.early_reaps));
	return k.slot->released_by != PE_CALL_ELSEWHERE;
}

START_TEST(release_3_a_forked_child_does_not_use_its_parents_notes)
{
	const struct pe_trace_early_reap s = { .pid = 4194301, .by = PE_CALL_WAIT3 };
	int status;
	pid_t pid;

	with_stacks();
	pe_trace_note_early_reap(frame.trace, &s);
	atomic_fetch_add(&frame.early_reaps, 1);
	pid = fork();
	if (pid == 0)
		_exit(born_after_the_fork(s.pid));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("ends");

	tcase_add_test(c, release_1_the_entry_is_expired_and_own_calls_are_dead);
	tcase_add_test(c, release_2_a_loss_concerns_one_generation);
	tcase_add_test(c, release_2_a_call_of_another_thread_is_waited_for);
	tcase_add_test(c, release_2_another_closer_is_waited_for);
	tcase_add_test(c, release_2_the_last_closer_frees_the_slot);
	tcase_add_test(c, release_2_a_living_child_is_not_gone);
	tcase_add_test(c, release_3_an_early_reap_records_its_place);
	tcase_add_test(c, release_3_without_stacks_it_was_elsewhere);
	tcase_add_test(c, release_3_a_thread_that_notices_a_reap_elsewhere_did_not_make_it);
	tcase_add_test(c, release_3_an_older_reap_of_the_pid_is_another_childs);
	tcase_add_test(c, release_3_a_forked_child_does_not_use_its_parents_notes);
	return run_case("release", c);
}
