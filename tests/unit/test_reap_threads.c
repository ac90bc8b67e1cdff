/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reap: a wait beside calls, births and waits of other threads. Rules are those of
 * core/engine/reap.h, and slot.3. */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "../support/reuse.h"

/* --- beside other threads' calls (slot.3) --- */

static pid_t waiter;
static _Atomic bool waiter_done;
static _Atomic uint32_t entered;
static uint32_t the_slot;
static bool zombie_was_there;
static uint32_t marked;

/* Inside a call on the slot until the reaper waits for it, or has not waited. */
static void *caller(void *pid)
{
	struct pe_thread self = { 0 };
	struct pe_hold h;
	siginfo_t si;

	pe_birth_enroll(&frame, &self);
	h = pe_hold_publish(&frame.records, &self, the_slot, SYS_kill);
	atomic_store(&entered, 1);
	while (!is_in_call(waiter, SYS_futex) && !atomic_load(&waiter_done))
		sched_yield();
	zombie_was_there = waitid(P_PID, (id_t) * (pid_t *)pid, &si, WEXITED | WNOWAIT | WNOHANG) ==
			   0;
	marked = *pe_hold_dead(&h);
	pe_hold_release(&self, &h);
	return NULL;
}

START_TEST(the_pid_stays_while_another_thread_is_inside_a_call)
{
	struct child c = recorded_child();
	pthread_t t;

	waiter = gettid();
	the_slot = pe_frame_know(&frame, (uint32_t)c.pid).index;
	end(c, 0);
	pthread_create(&t, NULL, caller, &c.pid);
	while (!atomic_load(&entered))
		sched_yield();
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	atomic_store(&waiter_done, true);
	pthread_join(t, NULL);
	ck_assert(zombie_was_there);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(a_call_in_progress_of_the_same_thread_is_marked)
{
	struct child a = recorded_child(), b = recorded_child();
	uint32_t slot_a = pe_frame_know(&frame, (uint32_t)a.pid).index,
		 slot_b = pe_frame_know(&frame, (uint32_t)b.pid).index;
	struct pe_hold on_a = pe_hold_publish(&frame.records, &thread, slot_a, SYS_kill),
		       on_b = pe_hold_publish(&frame.records, &thread, slot_b, SYS_kill);

	end(a, 0);
	ck_assert_int_eq(reap(-1, NULL, 0), a.pid); /* as a handler above both does */
	ck_assert_uint_eq(*pe_hold_dead(&on_a), 1);
	ck_assert_uint_eq(*pe_hold_dead(&on_b), 0);
	pe_hold_release(&thread, &on_b);
	pe_hold_release(&thread, &on_a);
	end(b, 0);
	ck_assert_int_eq(reap(b.pid, NULL, 0), b.pid);
}
END_TEST

static struct pe_birth late_birth;
static pid_t late_number;
static _Atomic int recorder, stray_reaper;

static void *record_late(void *unused)
{
	struct pe_thread self = { 0 };

	atomic_store(&recorder, gettid());
	pe_birth_end(&frame, &self, &late_birth, late_number);
	return unused;
}

static void *reap_the_stray(void *unused)
{
	struct pe_thread self = { 0 };
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAIT,
		.idtype = P_ALL,
		.options = WEXITED,
		.as_wait4 = true,
	};

	(void)unused;
	atomic_store(&stray_reaper, gettid());
	return (void *)pe_reap(&frame, &self, &r);
}

/* Both want the frame's lock, the recorder first (a futex wakes in order): the reaper then finds a
 * slot after all. */
START_TEST(a_birth_that_is_recorded_before_its_stray_is_reaped)
{
	uint64_t mask;
	struct child c;
	pthread_t t[2];
	void *reaped;

	late_birth = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	c = unrecorded_child();
	late_number = c.pid;
	end(c, 0);
	mask = pe_frame_lock(&frame);
	pthread_create(&t[0], NULL, record_late, NULL);
	while (!is_in_call(atomic_load(&recorder), SYS_futex))
		sched_yield();
	pthread_create(&t[1], NULL, reap_the_stray, NULL);
	while (!is_in_call(atomic_load(&stray_reaper), SYS_futex))
		sched_yield();
	pe_frame_unlock(&frame, mask);
	pthread_join(t[0], NULL);
	pthread_join(t[1], &reaped);
	ck_assert_int_eq((pid_t)(long)reaped, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	/* not as a stray, which would have left its slot behind */
	ck_assert_uint_eq(pe_frame_know(&frame, (uint32_t)c.pid).slot->released_by, PE_CALL_WAIT);
}
END_TEST

START_TEST(a_child_that_was_never_recorded)
{
	struct child c = unrecorded_child();
	uint32_t before = frame.early_reaps;
	int status;

	end(c, 4);
	ck_assert_int_eq(reap(-1, &status, 0), c.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 4);
	ck_assert_uint_eq(frame.early_reaps, before + 1);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_NOTHING);
}
END_TEST

static void *reaper(void *count)
{
	struct pe_thread self = { 0 };
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAIT,
		.idtype = P_ALL,
		.options = WEXITED,
		.as_wait4 = true,
	};

	while (pe_reap(&frame, &self, &r) > 0)
		++*(int *)count;
	return NULL;
}

START_TEST(reap_1_two_threads_reap_each_child_once)
{
	struct child c[40];
	pthread_t t[2];
	int count[2] = { 0, 0 };

	for (int i = 0; i < 40; i++)
		c[i] = recorded_child();
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, reaper, &count[i]);
	for (int i = 0; i < 40; i++) {
		unsigned char byte = 0;

		ck_assert_int_eq((int)write(c[i].wake, &byte, 1), 1);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	ck_assert_int_eq(count[0] + count[1], 40);
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(known(c[i].pid), PE_KNOWN_RELEASED);
}
END_TEST

static pthread_barrier_t ready;
static pid_t contested;
static int statuses[2];

static void *reap_contested(void *index)
{
	struct pe_thread self = { 0 };
	int me = *(int *)index;
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAITPID,
		.idtype = P_PID,
		.id = (uint32_t)contested,
		.options = WEXITED,
		.as_wait4 = true,
		.status = &statuses[me],
	};

	pthread_barrier_wait(&ready);
	return (void *)pe_reap(&frame, &self, &r);
}

START_TEST(reap_1_two_threads_reap_the_same_child_and_one_gets_it)
{
	static int indices[2] = { 0, 1 };

	pthread_barrier_init(&ready, NULL, 2);
	for (int round = 0; round < 200; round++) {
		struct child c = recorded_child();
		pthread_t t[2];
		void *n[2];
		int winner;

		contested = c.pid;
		end(c, (unsigned char)round);
		statuses[0] = statuses[1] = -1;
		for (int i = 0; i < 2; i++)
			pthread_create(&t[i], NULL, reap_contested, &indices[i]);
		for (int i = 0; i < 2; i++)
			pthread_join(t[i], &n[i]);
		winner = (long)n[0] > 0 ? 0 : 1;
		ck_assert_int_eq((long)n[winner], c.pid);
		ck_assert_int_eq((long)n[!winner], -ECHILD);
		ck_assert_int_eq(WEXITSTATUS(statuses[winner]), round);
		ck_assert_int_eq(statuses[!winner], -1);
		ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	}
	ck_assert_uint_eq(frame.slots.live, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("waits");

	tcase_add_test(c, the_pid_stays_while_another_thread_is_inside_a_call);
	tcase_add_test(c, a_call_in_progress_of_the_same_thread_is_marked);
	tcase_add_test(c, a_birth_that_is_recorded_before_its_stray_is_reaped);
	tcase_add_test(c, a_child_that_was_never_recorded);
	tcase_add_test(c, reap_1_two_threads_reap_each_child_once);
	tcase_add_test(c, reap_1_two_threads_reap_the_same_child_and_one_gets_it);
	return run_case("reap_threads", c);
}
