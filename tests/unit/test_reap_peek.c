/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reap: what happens between the peek and the reap, and what an interrupted peek does. Rules are
 * those of core/engine/reap.h. */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "../support/reuse.h"

static int peeks;

static long interrupted_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	return peeks++ ? plain_peek(idtype, id, info, options) : -EINTR;
}

START_TEST(reap_2_an_interrupted_peek_is_an_interrupted_wait)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(reap_with(interrupted_peek, c.pid, NULL, 0), -EINTR);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(reap_with(interrupted_peek, c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(peeks, 2);
}
END_TEST

static int looked_with;

static long noting_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	looked_with = options;
	return plain_peek(idtype, id, info, options);
}

START_TEST(reap_2_the_peek_has_the_callers_options_and_consumes_nothing)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(reap_with(noting_peek, c.pid, NULL, WUNTRACED | __WALL), c.pid);
	ck_assert_int_eq(looked_with, WEXITED | WUNTRACED | __WALL | WNOWAIT);
}
END_TEST

static pid_t thief_of;

/* Sees the zombie, and another thread reaps it first. */
static long robbed_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && thief_of && info->si_pid == thief_of) {
		ck_assert_int_eq(waitpid(thief_of, NULL, 0), thief_of);
		thief_of = 0;
	}
	return n;
}

START_TEST(reap_1_another_thread_reaps_first)
{
	struct child a = recorded_child(), b = recorded_child();
	int status;

	end(a, 1);
	thief_of = a.pid;
	end(b, 2);
	ck_assert_int_eq(reap_with(robbed_peek, -1, &status, 0), b.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_int_eq(thief_of, 0);
	/* its slot was released again; the kernel's result decides what becomes of it */
	ck_assert_int_eq(reap(a.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(a.pid), PE_KNOWN_RELEASED);
}
END_TEST

/* Sees the stop, and the child is continued before the wait returns it. */
static long continued_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_code == CLD_STOPPED) {
		kill(info->si_pid, SIGCONT);
		ck_assert_int_eq(waitid(P_PID, (id_t)info->si_pid, info, WCONTINUED), 0);
	}
	return n;
}

START_TEST(reap_4_after_a_stop_that_is_over_the_wait_goes_on)
{
	struct child c = recorded_child();
	siginfo_t si;

	kill(c.pid, SIGSTOP);
	ck_assert_int_eq(waitid(P_PID, (id_t)c.pid, &si, WSTOPPED | WNOWAIT), 0);
	ck_assert_int_eq(reap_with(continued_peek, c.pid, NULL, WUNTRACED | WNOHANG), 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

static struct child late;

/* A birth is recorded between the peek and the reap. */
static long birth_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid && !late.pid)
		late = recorded_child();
	return n;
}

START_TEST(reap_3_births_between_peek_and_reap)
{
	struct child c = recorded_child();
	int status;

	end(c, 3);
	ck_assert_int_eq(reap_with(birth_in_between, -1, &status, 0), c.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 3);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(known(late.pid), PE_KNOWN_LIVE);
	end(late, 0);
	ck_assert_int_eq(reap(late.pid, NULL, 0), late.pid);
}
END_TEST

static uint32_t the_slot;
static uint32_t marked;

/* The zombie that was seen is reaped, and its pid is recorded for a new child before the peek
 * returns. */
static long reborn_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid == 500 && known(500) == PE_KNOWN_NOTHING) {
		ck_assert_int_eq(waitpid(500, NULL, 0), 500);
		ck_assert_int_eq(recorded_child_as(500), 500);
		the_slot = pe_frame_know(&frame, 500).index;
	}
	return n;
}

static sem_t held, may_go;

/* Inside a call on the new child for as long as the wait lasts. */
static void *hold_the_newborn(void *unused)
{
	struct pe_thread self = { 0 };
	struct pe_hold h;

	pe_birth_enroll(&frame, &self);
	h = pe_hold_publish(&frame.records, &self, the_slot, SYS_kill);
	sem_post(&held);
	sem_wait(&may_go);
	marked = *pe_hold_dead(&h);
	pe_hold_release(&self, &h);
	return unused;
}

static pthread_t inside;

static long reborn_and_held(int idtype, uint32_t id, siginfo_t *info, int options)
{
	bool before = known(500) == PE_KNOWN_LIVE;
	long n = reborn_in_between(idtype, id, info, options);

	if (!before && known(500) == PE_KNOWN_LIVE) {
		pthread_create(&inside, NULL, hold_the_newborn, NULL);
		sem_wait(&held);
	}
	return n;
}

static void zombie_and_newborn_of_one_number(void)
{
	pid_t pid = fork_as(500);
	siginfo_t si;

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, 500, &si, WEXITED | WNOWAIT), 0);
	sem_init(&held, 0, 0);
	sem_init(&may_go, 0, 0);
	ck_assert_int_eq(reap_with(reborn_and_held, -1, NULL, WNOHANG), 0);
	sem_post(&may_go);
	pthread_join(inside, NULL);
	/* Its slot was not closed for the zombie of another: no wait for a call on it was
	 * abandoned. */
	ck_assert_uint_eq(marked, 0);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(reap(500, NULL, 0), 500);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
}

START_TEST(reap_3_the_pid_is_reused_between_peek_and_reap)
{
	ck_assert_int_eq(in_own_namespace(zombie_and_newborn_of_one_number), 0);
}
END_TEST

static int stolen;

/* The zombie of a tracked child is taken, and its pid is an unrelated process's before the look
 * returns. */
static long reused_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid == 500 && !stolen++) {
		ck_assert_int_eq(waitpid(500, NULL, 0), 500);
		unrelated_as(500);
	}
	return n;
}

static void zombie_and_unrelated_of_one_number(void)
{
	ck_assert_int_eq(recorded_child_as(500), 500);
	kill(500, SIGKILL);
	ck_assert_int_eq(reap_with(reused_in_between, 500, NULL, 0), -ECHILD);
	ck_assert_int_eq(stolen, 1);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), -ESRCH);
	ck_assert_int_eq(kill(500, 0), 0);
}

START_TEST(reap_1_another_thread_reaps_first_and_the_pid_is_reused)
{
	ck_assert_int_eq(in_own_namespace(zombie_and_unrelated_of_one_number), 0);
}
END_TEST

static struct pe_known half;
static pthread_t half_done;

static bool has_two_closers(const struct pe_slot *s)
{
	return (pe_slot_word(s) & ~(PE_SLOT_DEAD | PE_SLOT_REAPING)) >= 2 * PE_SLOT_CLOSER;
}

static void *record_the_reap(void *unused)
{
	const struct pe_obituary end = { .status = 5 << 8,
					 .flags = PE_OBITUARY_KNOWN | PE_OBITUARY_ANY };
	struct pe_thread self = { 0 };

	while (!has_two_closers(half.slot)) /* until the other wait is in the release, too */
		sched_yield();
	pe_release_reaped(&frame, &self, &half, PE_CALL_WAIT, &end);
	pe_release_leave(&frame, half.index);
	return unused;
}

/* Meanwhile a wait for any child of another thread has made its reap, and nothing more. */
static long half_reaped(int idtype, uint32_t id, siginfo_t *info, int options)
{
	(void)idtype;
	(void)info;
	(void)options;
	half = pe_frame_know(&frame, id);
	ck_assert_int_eq(pe_slot_close(half.slot, half.instance), 0);
	ck_assert_int_eq(pe_slot_begin_reap(half.slot), 0);
	ck_assert_int_eq(waitpid((pid_t)id, NULL, 0), (pid_t)id);
	pthread_create(&half_done, NULL, record_the_reap, NULL);
	return -ECHILD;
}

START_TEST(share_1_a_reap_that_is_not_recorded_yet_is_awaited)
{
	struct child c = recorded_child();
	int status = -1;

	settings.share_waits = true;
	end(c, 5);
	ck_assert_int_eq(reap_with(half_reaped, c.pid, &status, 0), c.pid);
	ck_assert_int_eq(status, 5 << 8);
	pthread_join(half_done, NULL);
	ck_assert_int_eq(reap(c.pid, &status, 0), -ECHILD);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("waits");

	tcase_add_test(c, reap_2_an_interrupted_peek_is_an_interrupted_wait);
	tcase_add_test(c, reap_2_the_peek_has_the_callers_options_and_consumes_nothing);
	tcase_add_test(c, reap_1_another_thread_reaps_first);
	tcase_add_test(c, reap_4_after_a_stop_that_is_over_the_wait_goes_on);
	tcase_add_test(c, reap_3_births_between_peek_and_reap);
	tcase_add_test(c, reap_3_the_pid_is_reused_between_peek_and_reap);
	tcase_add_test(c, reap_1_another_thread_reaps_first_and_the_pid_is_reused);
	tcase_add_test(c, share_1_a_reap_that_is_not_recorded_yet_is_awaited);
	return run_case("reap_peek", c);
}
