/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frame: who may enter it, its making, forks and ancestors, the lock. Rules are those of
 * core/frame/frame.h. */
#include "core/engine/birth.h"
#include "../support/births.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/rseq.h>

#define THREADS 3

START_TEST(frame_1_a_vfork_child_cannot_enter)
{
	thread.vfork_depth = 1;
	ck_assert(!pe_frame_enter(&frame, &thread));
	thread.vfork_depth = 0;
	ck_assert(pe_frame_enter(&frame, &thread));
}
END_TEST

START_TEST(frame_1_with_shared_memory_getpid_decides)
{
	atomic_store(&frame.shared_vm, true);
	ck_assert(pe_frame_enter(&frame, &thread));
	frame.tgid++;
	ck_assert(!pe_frame_enter(&frame, &thread));
}
END_TEST

START_TEST(frame_1_4_a_vfork_child_records_nothing)
{
	struct pe_birth b;

	thread.vfork_depth = 1;
	b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	ck_assert(!b.engaged);
	frame.lock = 1; /* an attempt to take it now would hang */
	pe_birth_end(&frame, &thread, &b, 500);
	pe_frame_learn(&frame, &thread, 500);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	frame.lock = 0;
	thread.vfork_depth = 0;
	ck_assert_int_eq(known(500), PE_KNOWN_NOTHING);
}
END_TEST

static struct pe_settings fresh_settings;
static struct pe_frame fresh = { .set = &fresh_settings };
static struct pe_thread fresh_thread;

START_TEST(frame_2_learning_makes_no_frame)
{
	pe_frame_learn(&fresh, &fresh_thread, 500);
	ck_assert_ptr_null(fresh.fork_mark);
	born(&fresh, &fresh_thread, 500);
	ck_assert_ptr_nonnull(fresh.fork_mark);
	ck_assert_int_eq(pe_frame_know(&fresh, 500).what, PE_KNOWN_LIVE);
	/* settings that have not been read are the safe ones */
	ck_assert_int_eq(fresh_settings.policy, PE_POLICY_REFUSE);
	ck_assert_int_eq(fresh_settings.stale_errno, ESRCH);
}
END_TEST

static pthread_barrier_t start_line;

/* Returns the page that it found. */
static void *enter_and_bear(void *pid)
{
	struct pe_thread self = { 0 };
	void *fork_mark;

	pthread_barrier_wait(&start_line);
	pe_frame_enter(&fresh, &self);
	fork_mark = (void *)atomic_load(&fresh.fork_mark);
	born(&fresh, &self, *(int *)pid);
	return fork_mark;
}

START_TEST(frame_2_the_first_entries_of_threads_make_one_frame)
{
	int numbers[THREADS];
	pthread_t t[THREADS];

	pthread_barrier_init(&start_line, NULL, THREADS);
	for (int round = 0; round < 300; round++) {
		memset(&fresh, 0, sizeof(fresh));
		fresh.set = &fresh_settings;
		for (int i = 0; i < THREADS; i++) {
			numbers[i] = 500 + i;
			pthread_create(&t[i], NULL, enter_and_bear, &numbers[i]);
		}
		for (int i = 0; i < THREADS; i++) {
			void *fork_mark;

			pthread_join(t[i], &fork_mark);
			ck_assert_ptr_eq(fork_mark, (void *)fresh.fork_mark);
		}
		for (uint32_t i = 0; i < THREADS; i++)
			ck_assert_int_eq(pe_frame_know(&fresh, 500 + i).what, PE_KNOWN_LIVE);
		ck_assert_uint_eq(fresh.births, THREADS);
		ck_assert_uint_eq(fresh.booting, 0);
		munmap((void *)fresh.fork_mark, PE_SYS_PAGE);
	}
}
END_TEST

/* 0: as frame.1 to frame.3 want it where no page is wiped */
static int forked_unwiped(struct child c)
{
	(void)c;
	if (pe_frame_enter(&fresh, &fresh_thread))
		return 1; /* it could be a vfork child */
	pe_frame_forked(&fresh, &fresh_thread);
	if (!pe_frame_enter(&fresh, &fresh_thread))
		return 2;
	if (fresh.tgid != getpid() || fresh.ancestors != 1)
		return 3;
	if (pe_frame_know(&fresh, 500).what != PE_KNOWN_NOTHING)
		return 4;
	born(&fresh, &fresh_thread, 501);
	return pe_frame_know(&fresh, 501).what == PE_KNOWN_LIVE ? 0 : 5;
}

static void lives_without_a_wiped_page(void)
{
	const struct child none = { 0 };
	struct pe_birth b = pe_birth_begin(&fresh, &fresh_thread, PE_CALL_FORK);

	ck_assert(b.engaged);
	ck_assert(b.unwiped);
	pe_birth_end(&fresh, &fresh_thread, &b, 500);
	ck_assert_int_eq(in_forked_child(forked_unwiped, none), 0);
	pe_frame_forked(&fresh, &fresh_thread); /* not in a child: nothing */
	ck_assert_uint_eq(fresh.ancestors, 0);
	ck_assert_int_eq(pe_frame_know(&fresh, 500).what, PE_KNOWN_LIVE);
}

START_TEST(frame_2_without_a_wiped_page_the_child_registers_itself)
{
	fresh_settings.force_old = PE_OLD_WIPE;
	lives_without_a_wiped_page();
}
END_TEST

START_TEST(frame_2_5_the_kernel_refuses_the_page)
{
	struct rlimit before = no_memory();

	pe_frame_enter(&fresh, &fresh_thread);
	setrlimit(RLIMIT_AS, &before);
	ck_assert_ptr_eq((void *)fresh.fork_mark, (void *)&fresh.plain_mark);
	lives_without_a_wiped_page();
}
END_TEST

static int is_a_new_frame(struct child c)
{
	pe_clock_time before = pe_clock_now(&frame.clock);

	frame.lock = 2; /* as if another thread of the parent had it */
	thread.level = 1;
	if (!pe_frame_enter(&frame, &thread))
		return 1;
	if (frame.tgid != getpid() || frame.lock != 0 || frame.ancestors != 1)
		return 2;
	if (known(c.pid) != PE_KNOWN_NOTHING) /* alive: the child cannot know */
		return 3;
	return pe_clock_now(&frame.clock) == before ? 0 : 4;
}

START_TEST(frame_2_3_first_entry_of_a_forked_child)
{
	struct child c = recorded_child();

	ck_assert_int_eq(in_forked_child(is_a_new_frame, c), 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

static int leaves_the_vfork_behind(struct child c)
{
	(void)c;
	return pe_frame_enter(&frame, &thread) && thread.vfork_depth == 0 ? 0 : 1;
}

START_TEST(frame_2_a_child_forked_by_a_vfork_child_has_memory_of_its_own)
{
	thread.vfork_depth = 1;
	ck_assert_int_eq(in_forked_child(leaves_the_vfork_behind, (struct child){ 0 }), 0);
	thread.vfork_depth = 0;
}
END_TEST

static int knows_from_its_parent(struct child c)
{
	pe_frame_enter(&frame, &thread);
	if (known(c.pid) != PE_KNOWN_INHERITED)
		return 1;
	pe_frame_learn(&frame, &thread, c.pid);
	return known(c.pid) == PE_KNOWN_NOTHING ? 0 : 2;
}

static int knows_from_its_grandparent(struct child c)
{
	pe_frame_enter(&frame, &thread);
	return in_forked_child(knows_from_its_parent, c);
}

START_TEST(frame_3_a_child_reaped_before_the_fork_is_inherited)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(in_forked_child(knows_from_its_parent, c), 0);
	ck_assert_int_eq(in_forked_child(knows_from_its_grandparent, c), 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

/* --- generations --- */

/* 0: the pid is inherited after @generations forks more, each with a frame of its own */
static int inherited_after(int generations, int number)
{
	pid_t pid;
	int status;

	if (!pe_frame_enter(&frame, &thread))
		return 1;
	if (generations == 0)
		return known(number) == PE_KNOWN_INHERITED ? 0 : 2;
	pid = fork();
	if (pid == 0)
		_exit(inherited_after(generations - 1, number));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

START_TEST(frame_3_the_list_of_ancestors_is_bounded)
{
	make_stale(500);
	for (int generations = 1; generations <= (int)PE_FRAME_ANCESTORS; generations++)
		ck_assert_int_eq(inherited_after(generations, 500), 0);
	ck_assert_int_eq(inherited_after(PE_FRAME_ANCESTORS + 1, 500), 2); /* forgotten: passes */
}
END_TEST

static int grandchild_knows(enum pe_knowledge what, int number)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(pe_frame_enter(&frame, &thread) && known(number) == what ? 0 : 1);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* Each pid was released in the grandparent. */
static int nearest_decides(struct child c)
{
	struct pe_known k;

	(void)c;
	pe_frame_enter(&frame, &thread);
	born(&frame, &thread, 501); /* the parent's child, alive when the grandchild is made */
	born(&frame, &thread, 502);
	k = pe_frame_know(&frame, 502);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	pe_frame_learn(&frame, &thread, 502);
	born(&frame, &thread, 503);
	k = pe_frame_know(&frame, 503);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	pe_frame_learn(&frame, &thread, 504); /* learned, though never a child here */
	return grandchild_knows(PE_KNOWN_INHERITED, 500) |
	       grandchild_knows(PE_KNOWN_NOTHING, 501) << 1 |
	       grandchild_knows(PE_KNOWN_NOTHING, 502) << 2 |
	       grandchild_knows(PE_KNOWN_INHERITED, 503) << 3 |
	       grandchild_knows(PE_KNOWN_NOTHING, 504) << 4;
}

START_TEST(frame_3_the_nearest_ancestor_decides)
{
	for (int pid = 500; pid < 505; pid++)
		make_stale(pid);
	ck_assert_int_eq(in_forked_child(nearest_decides, (struct child){ 0 }), 0);
}
END_TEST

/* An end that the parent sees after the fork is not known to the child, and the reverse. */
static int ends_are_its_own(struct child c)
{
	struct pe_known k;

	pe_frame_enter(&frame, &thread);
	k = pe_frame_know(&frame, 500);
	(void)c;
	born(&frame, &thread, 500);
	k = pe_frame_know(&frame, 500);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	return known(500) == PE_KNOWN_RELEASED ? 0 : 1;
}

START_TEST(frame_3_a_child_that_reaps_does_not_change_its_parents_frame)
{
	born(&frame, &thread, 500);
	ck_assert_int_eq(in_forked_child(ends_are_its_own, (struct child){ 0 }), 0);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
}
END_TEST

/* --- the lock --- */

static int sleeper_tid;
static _Atomic bool got_it;

static void *take_the_lock(void *unused)
{
	uint64_t mask;

	__atomic_store_n(&sleeper_tid, gettid(), __ATOMIC_SEQ_CST);
	mask = pe_frame_lock(&frame);
	atomic_store(&got_it, true);
	pe_frame_unlock(&frame, mask);
	return unused;
}

START_TEST(frame_4_the_lock_excludes_and_masks_and_is_passed_on)
{
	uint64_t mask = pe_frame_lock(&frame);
	sigset_t now;
	pthread_t t;

	sigprocmask(SIG_BLOCK, NULL, &now);
	ck_assert(sigismember(&now, SIGCHLD) && sigismember(&now, SIGUSR1));
	pthread_create(&t, NULL, take_the_lock, NULL);
	while (!is_in_call(__atomic_load_n(&sleeper_tid, __ATOMIC_SEQ_CST), SYS_futex))
		sched_yield();
	ck_assert(!atomic_load(&got_it));
	pe_frame_unlock(&frame, mask);
	pthread_join(t, NULL);
	ck_assert(got_it);
	sigprocmask(SIG_BLOCK, NULL, &now);
	ck_assert(!sigismember(&now, SIGCHLD) && !sigismember(&now, SIGUSR1));
}
END_TEST

static struct timespec reported;

static int clock_of_the_test(int id, struct timespec *now)
{
	(void)id;
	*now = reported;
	return 0;
}

START_TEST(a_moment_is_never_0)
{
	settings.clock = clock_of_the_test;
	ck_assert_uint_eq(pe_frame_ms(&frame), 1);
	reported = (struct timespec){ .tv_sec = 3, .tv_nsec = 999999999 };
	ck_assert_uint_eq(pe_frame_ms(&frame), 3999);
	reported = (struct timespec){ .tv_sec = 4294967, .tv_nsec = 296000000 }; /* 2^32 ms */
	ck_assert_uint_eq(pe_frame_ms(&frame), 1);
	settings.clock = NULL;
	ck_assert_uint_gt(pe_frame_ms(&frame), 1);
}
END_TEST

START_TEST(a_thread_finds_libcs_rseq_area_unless_disabled)
{
	struct pe_thread t = { 0 };

	settings.rseq_offset = __rseq_offset;
	pe_birth_enroll(&frame, &t);
	ck_assert_ptr_null(t.rseq);
	settings.rseq = __rseq_size != 0;
	settings.force_old = PE_OLD_RSEQ;
	t = (struct pe_thread){ 0 };
	pe_birth_enroll(&frame, &t);
	ck_assert_ptr_null(t.rseq);
	settings.force_old = 0;
	t = (struct pe_thread){ 0 };
	pe_birth_enroll(&frame, &t);
	ck_assert_uint_ne(t.record, 0);
	if (settings.rseq)
		ck_assert_ptr_eq((char *)t.rseq,
				 (char *)__builtin_thread_pointer() + __rseq_offset);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("frame");

	tcase_add_test(c, frame_1_a_vfork_child_cannot_enter);
	tcase_add_test(c, frame_1_with_shared_memory_getpid_decides);
	tcase_add_test(c, frame_1_4_a_vfork_child_records_nothing);
	tcase_add_test(c, frame_2_learning_makes_no_frame);
	tcase_add_test(c, frame_2_the_first_entries_of_threads_make_one_frame);
	tcase_add_test(c, frame_2_without_a_wiped_page_the_child_registers_itself);
	tcase_add_test(c, frame_2_5_the_kernel_refuses_the_page);
	tcase_add_test(c, frame_2_3_first_entry_of_a_forked_child);
	tcase_add_test(c, frame_2_a_child_forked_by_a_vfork_child_has_memory_of_its_own);
	tcase_add_test(c, frame_3_a_child_reaped_before_the_fork_is_inherited);
	tcase_add_test(c, frame_3_the_list_of_ancestors_is_bounded);
	tcase_add_test(c, frame_3_the_nearest_ancestor_decides);
	tcase_add_test(c, frame_3_a_child_that_reaps_does_not_change_its_parents_frame);
	tcase_add_test(c, frame_4_the_lock_excludes_and_masks_and_is_passed_on);
	tcase_add_test(c, a_moment_is_never_0);
	tcase_add_test(c, a_thread_finds_libcs_rseq_area_unless_disabled);
	return run_case("frame", c);
}
