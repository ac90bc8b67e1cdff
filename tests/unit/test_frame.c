/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frame: births, forks, memory refused. Rules are those of core/frame/frame.h. */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/rseq.h>

#include "../support/reuse.h"

#define THREADS 3

/* A birth of a pid; no process needs to hold it. */
static void born(struct pe_frame *p, struct pe_thread *t, int pid)
{
	struct pe_birth b = pe_birth_begin(p, t, PE_CALL_FORK);

	pe_birth_end(p, t, &b, pid);
}

/* Record that it was our child and has been reaped. */
static void born_and_lost(int pid)
{
	struct pe_known k;

	born(&frame, &thread, pid);
	k = pe_frame_know(&frame, (uint32_t)pid);
	ck_assert_int_eq(k.what, PE_KNOWN_LIVE);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_int_eq(known(pid), PE_KNOWN_RELEASED);
}

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

/* The kernel refuses memory to the engine from here on, but not to the test's own libraries for
 * long. */
static struct rlimit no_memory(void)
{
	struct rlimit before, none;

	getrlimit(RLIMIT_AS, &before);
	none = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_AS, &none);
	return before;
}

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
	born_and_lost(500);
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
		born_and_lost(pid);
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

/* --- memory refused --- */

/* @spare objects more, and then none, neither a new one nor a used one */
static void starve(struct pe_arena *a, uint32_t spare)
{
	a->limit = a->carved + spare;
	a->keep = UINT32_MAX;
	a->ready = 0;
	atomic_store(&a->freed, 0);
}

struct ration {
	uint32_t slots, inner, leaf;
};

static void starve_all(struct ration r)
{
	starve(&frame.slots, r.slots);
	starve(&frame.inner, r.inner);
	starve(&frame.leaf, r.leaf);
}

/* An empty tree wants three inner pages and a leaf, the child a slot: each is refused in turn. */
static const struct ration rations[] = {
	{ 0, 3, 1 }, { 1, 0, 1 }, { 1, 1, 1 }, { 1, 2, 1 }, { 1, 3, 0 }, { 1, 3, 1 },
};
#define ENOUGH (sizeof(rations) / sizeof(rations[0]) - 1)

static struct ration ration;

static int a_child_for_the_first_time(struct child unused)
{
	bool enough = ration.slots && ration.inner == 3 && ration.leaf;
	uint32_t slots;
	struct child c;

	(void)unused;
	pe_frame_enter(&frame, &thread);
	slots = frame.slots.live;
	starve_all(ration);
	c = recorded_child();
	if (known(c.pid) != (enough ? PE_KNOWN_LIVE : PE_KNOWN_NOTHING))
		return 1;
	if (frame.slots.live != slots + enough)
		return 2; /* a slot that no entry leads to is freed */
	if (guarded_kill(c.pid, SIGKILL) != 0)
		return 3;
	if (reap(c.pid, NULL, 0) != c.pid)
		return 4;
	return known(c.pid) == (enough ? PE_KNOWN_RELEASED : PE_KNOWN_NOTHING) ? 0 : 5;
}

START_TEST(frame_5_each_allocation_refused_once)
{
	ration = rations[_i];
	ck_assert_int_eq(in_forked_child(a_child_for_the_first_time, (struct child){ 0 }), 0);
}
END_TEST

/* The pid was stale, and is now that of a child that there is no memory for. In a new lap the
 * pages need copies. */
START_TEST(frame_5_a_stale_pid_reused_for_a_child_without_memory_is_fresh)
{
	struct child c = unrecorded_child();
	struct pe_birth b;

	born_and_lost(c.pid);
	starve_all(rations[_i]);
	b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_uint_gt(pe_tree_lap(&frame.tree), 1);
	ck_assert_int_eq(known(c.pid), _i == (int)ENOUGH ? PE_KNOWN_LIVE : PE_KNOWN_FRESH);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_ne(known(c.pid), PE_KNOWN_LIVE);
}
END_TEST

START_TEST(frame_5_the_kernel_refuses_another_chunk)
{
	struct rlimit before = no_memory();
	int first = 500, most = first + (int)PE_FRAME_SLOTS_IN_PAGE;

	for (int pid = first; pid <= most; pid++)
		born(&frame, &thread, pid);
	setrlimit(RLIMIT_AS, &before);
	for (int pid = first; pid < most; pid++)
		ck_assert_int_eq(known(pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(known(most), PE_KNOWN_NOTHING);
	born(&frame, &thread, most); /* memory is available again */
	ck_assert_int_eq(known(most), PE_KNOWN_LIVE);
}
END_TEST

START_TEST(frame_5_no_record_for_the_threads_holds)
{
	struct child c;
	int status;

	starve(&frame.records, 0);
	c = recorded_child();
	ck_assert_uint_eq(thread.record, 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
}
END_TEST

START_TEST(frame_5_memory_refused_is_never_refused)
{
	struct child c;

	for (uint32_t spare = 0; spare < 5; spare++) {
		frame.slots.limit = frame.slots.carved + (spare == 4);
		frame.slots.keep = UINT32_MAX; /* no used one either */
		frame.inner.limit = frame.inner.carved + spare % 4;
		frame.leaf.limit = frame.leaf.carved;
		c = recorded_child();
		ck_assert_int_ne(known(c.pid), PE_KNOWN_RELEASED);
		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
		end(c, 7);
		ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
		ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH); /* the kernel's own answer */
	}
}
END_TEST

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

	born_and_lost(500);
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
	born_and_lost(500);
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
	born_and_lost(500); /* and stale again after another birth */
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

START_TEST(frame_5_adoption_without_memory)
{
	struct child c = unrecorded_child();

	born_and_lost(c.pid);
	starve_all(rations[0]);
	ck_assert(!pe_birth_adopt(&frame, &thread, c.pid));
	ck_assert_int_eq(known(c.pid), PE_KNOWN_FRESH);
	end(c, 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
}
END_TEST

/* --- the rest --- */

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
	tcase_add_loop_test(c, frame_5_each_allocation_refused_once, 0, ENOUGH + 1);
	tcase_add_loop_test(c, frame_5_a_stale_pid_reused_for_a_child_without_memory_is_fresh, 0,
			    ENOUGH + 1);
	tcase_add_test(c, frame_5_the_kernel_refuses_another_chunk);
	tcase_add_test(c, frame_5_no_record_for_the_threads_holds);
	tcase_add_test(c, frame_5_memory_refused_is_never_refused);
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
	tcase_add_test(c, frame_5_adoption_without_memory);
	tcase_add_test(c, a_moment_is_never_0);
	tcase_add_test(c, a_thread_finds_libcs_rseq_area_unless_disabled);
	tcase_add_test(c, frame_6_an_unseen_end_and_the_pid_is_reused);
	tcase_add_test(c, a_slot_left_open_is_closed_when_its_pid_is_reused);
	tcase_add_test(c, no_child_was_made);
	return run_case("process", c);
}
