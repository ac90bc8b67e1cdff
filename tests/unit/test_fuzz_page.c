/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz: the program's side, with a canary server of the test's own. Rules are those of
 * core/engine/fuzz_page.h.
 *
 * The server is a thread: it records the requests in order, and answers unless it is disabled.
 */
#include "../support/host.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "core/engine/fuzz_page.h"

static struct pe_fuzz_page *page; /* shared with forked children, as the file is */

static void make_page(void)
{
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(page, MAP_FAILED);
	page->seed = 7;
}

/* --- the monitor --- */

#define REQUESTS 8

static uint32_t request[REQUESTS];
static _Atomic unsigned int served;

/* Ends with the request that is to be its last. */
static void *keep(void *requests)
{
	for (uint32_t n = 0; n < *(const uint32_t *)requests; n++) {
		while (atomic_load(&page->asked) == n)
			pe_fuzz_page_wait(&page->asked, n);
		request[n % REQUESTS] = atomic_load(&page->pid);
		atomic_fetch_add(&served, 1);
		atomic_store(&page->served, n + 1);
		pe_fuzz_page_wake(&page->served);
	}
	return NULL;
}

static pthread_t monitor(const uint32_t *requests)
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, keep, (void *)requests), 0);
	return t;
}

START_TEST(fuzz_page_1_the_server_has_answered_when_a_release_returns)
{
	static const uint32_t requests = 3;
	pthread_t t = monitor(&requests);

	for (uint32_t i = 0; i < requests; i++) {
		pe_fuzz_page_released(page, 500 + i, NULL);
		ck_assert_uint_eq(atomic_load(&served), i + 1);
		ck_assert_uint_eq(request[i], 500 + i);
		ck_assert_uint_eq(page->lock, 0);
	}
	pthread_join(t, NULL);
	ck_assert_uint_eq(page->releases, requests);
}
END_TEST

START_TEST(fuzz_page_1_after_a_use_without_a_signal_the_canaries_are_checked)
{
	static const uint32_t requests = 1;
	pthread_t t = monitor(&requests);

	pe_fuzz_page_used(page);
	ck_assert_uint_eq(atomic_load(&served), 1);
	ck_assert_uint_eq(request[0], PE_FUZZ_PAGE_LOOK);
	ck_assert_uint_eq(page->lock, 0);
	ck_assert_uint_eq(page->releases, 0);
	pthread_join(t, NULL);
}
END_TEST

START_TEST(fuzz_page_6_a_probe_is_a_find_if_so_configured)
{
	atomic_store(&page->canary[3], 500);
	atomic_store(&page->release[3], 8);
	pe_fuzz_page_probed(page, 500, PE_CALL_GETPGID, (uint32_t)getpid());
	ck_assert_uint_eq(page->finds, 0);
	page->counted = 1u << PE_FUZZ_PAGE_PROBE;
	pe_fuzz_page_probed(page, 501, PE_CALL_GETPGID, (uint32_t)getpid());
	pe_fuzz_page_probed(page, 0, PE_CALL_GETPGID, (uint32_t)getpid());
	ck_assert_uint_eq(page->finds, 0);
	pe_fuzz_page_probed(page, 500, PE_CALL_GETPGID, (uint32_t)getpid());
	ck_assert_uint_eq(page->finds, 1);
	ck_assert_uint_eq(page->find[0].what, PE_FUZZ_PAGE_PROBE);
	ck_assert_uint_eq(page->find[0].pid, 500);
	ck_assert_int_eq(page->find[0].signal, PE_CALL_GETPGID);
	ck_assert_int_eq(page->find[0].sender, getpid());
	ck_assert_uint_eq(page->find[0].release, 8);
}
END_TEST

/* --- no process waits forever --- */

START_TEST(fuzz_page_2_without_a_server_the_wait_returns)
{
	pe_fuzz_page_released(page, 500, NULL);
	pe_fuzz_page_used(page);
	ck_assert(!pe_fuzz_page_all_begin(page));
	ck_assert_uint_eq(page->lock, 0); /* and the next request is answered */
	ck_assert_uint_eq(page->asked, 3);
	ck_assert_uint_eq(page->releases, 1);
}
END_TEST

static void *be_gone(void *tid)
{
	*(uint32_t *)tid = (uint32_t)gettid();
	return NULL;
}

/* A pid that no process holds: that of a thread that has ended. */
static uint32_t nobodys(void)
{
	uint32_t tid = 0;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, be_gone, &tid), 0);
	pthread_join(t, NULL);
	while (syscall(SYS_tgkill, getpid(), tid, 0) == 0)
		sched_yield();
	return tid;
}

START_TEST(fuzz_page_2_a_process_killed_in_its_turn_does_not_block_the_page)
{
	static const uint32_t requests = 1;
	pthread_t t = monitor(&requests);

	atomic_store(&page->lock, nobodys());
	pe_fuzz_page_released(page, 500, NULL);
	ck_assert_uint_eq(atomic_load(&served), 1);
	ck_assert_uint_eq(page->lock, 0);
	pthread_join(t, NULL);
}
END_TEST

/* A living holder is not robbed: the canary is done without, and the turn stays its holder's. */
START_TEST(fuzz_page_2_a_long_turn_forgoes_the_canary)
{
	const uint32_t parent = (uint32_t)getppid();

	atomic_store(&page->lock, parent);
	pe_fuzz_page_released(page, 500, NULL);
	ck_assert(!pe_fuzz_page_all_begin(page));
	ck_assert_uint_eq(page->asked, 0);
	ck_assert_uint_eq(page->lock, parent);
}
END_TEST

START_TEST(fuzz_page_2_a_handler_above_its_own_request_makes_no_request)
{
	const uint32_t me = (uint32_t)gettid();

	atomic_store(&page->lock, me);
	pe_fuzz_page_released(page, 500, NULL);
	pe_fuzz_page_used(page);
	ck_assert(!pe_fuzz_page_all_begin(page));
	ck_assert_uint_eq(page->asked, 0);
	ck_assert_uint_eq(page->lock, me);
}
END_TEST

/* --- the schedule --- */

START_TEST(fuzz_page_3_a_draw_is_a_function_of_seed_and_place)
{
	/* splitmix64's own first results for these seeds */
	ck_assert_uint_eq(pe_fuzz_page_draw(0, 0), UINT64_C(0xe220a8397b1dcdaf));
	ck_assert_uint_eq(pe_fuzz_page_draw(0, 1), UINT64_C(0x6e789e6aa1b965f4));
	ck_assert_uint_eq(pe_fuzz_page_draw(1234567, 0), UINT64_C(6457827717110365317));
	ck_assert_uint_eq(pe_fuzz_page_draw(1234567, 1), UINT64_C(3203168211198807973));
}
END_TEST

/* Each pause takes one draw, whether it is made or not: the policies have the same places. */
START_TEST(fuzz_page_3_each_pause_has_its_own_draw)
{
	static const uint32_t requests = 2;
	pthread_t t = monitor(&requests);

	for (uint32_t i = 0; i < requests; i++) {
		page->policy = i ? PE_FUZZ_PAGE_WINDOW : PE_FUZZ_PAGE_IMMEDIATE;
		pe_fuzz_page_before_reap(page);
		pe_fuzz_page_before_use(page);
		pe_fuzz_page_released(page, 500, NULL);
		ck_assert_uint_eq(page->draws, 3 * (i + 1));
	}
	pthread_join(t, NULL);
}
END_TEST

/* --- signals to all processes --- */

START_TEST(fuzz_page_4_canaries_end_before_a_signal_to_all_processes)
{
	static const uint32_t requests = 1;
	pthread_t t = monitor(&requests);

	ck_assert(pe_fuzz_page_all_begin(page));
	ck_assert_uint_eq(atomic_load(&served), 1);
	ck_assert_uint_eq(request[0], PE_FUZZ_PAGE_LEAVE);
	ck_assert_uint_eq(page->lock, (uint32_t)gettid()); /* until it has been sent */
	pe_fuzz_page_all_end(page);
	ck_assert_uint_eq(page->lock, 0);
	pthread_join(t, NULL);
}
END_TEST

static _Atomic int releaser_tid;

static void *release(void *unused)
{
	atomic_store(&releaser_tid, gettid());
	pe_fuzz_page_released(page, 501, NULL);
	return unused;
}

START_TEST(fuzz_page_4_no_canary_starts_until_it_is_sent)
{
	static const uint32_t requests = 2;
	pthread_t t = monitor(&requests), other;

	ck_assert(pe_fuzz_page_all_begin(page));
	pthread_create(&other, NULL, release, NULL);
	while (!is_in_call(atomic_load(&releaser_tid), SYS_futex))
		sched_yield();
	ck_assert_uint_eq(page->releases, 1);
	ck_assert_uint_eq(page->asked, 1); /* it waits for its turn */
	pe_fuzz_page_all_end(page);
	pthread_join(other, NULL);
	pthread_join(t, NULL);
	ck_assert_uint_eq(request[1], 501);
}
END_TEST

/* --- unrelated processes --- */

START_TEST(fuzz_page_5_each_entry_can_hold_a_canary)
{
	for (uint32_t i = 0; i < PE_FUZZ_PAGE_CANARIES; i++)
		atomic_store(&page->canary[i], 500 + i);
	for (uint32_t i = 0; i < PE_FUZZ_PAGE_CANARIES; i++)
		ck_assert(pe_fuzz_page_is_canary(page, 500 + i));
	ck_assert(!pe_fuzz_page_is_canary(page, 499));
	ck_assert(!pe_fuzz_page_is_canary(page, 500 + PE_FUZZ_PAGE_CANARIES));
	atomic_store(&page->canary[3], 0);
	ck_assert(!pe_fuzz_page_is_canary(page, 503));
}
END_TEST

/* 0 means one's own process or group to most calls, and an empty place in the list. */
START_TEST(pid_0_is_no_canary)
{
	ck_assert(!pe_fuzz_page_is_canary(page, 0));
}
END_TEST

START_TEST(fuzz_page_7_a_control_run_makes_no_request)
{
	page->control = true;
	pe_fuzz_page_released(page, 500, NULL);
	page->first = 2;
	pe_fuzz_page_offer(page, UINT32_C(1) << 28);
	ck_assert_uint_eq(page->asked, 0);
	ck_assert_uint_eq(page->releases, 1);
}
END_TEST

START_TEST(fuzz_page_8_a_free_pid_gets_a_canary_before_its_use)
{
	static const uint32_t requests = 1, free_pid = UINT32_C(1) << 28; /* more than pid_max */
	pthread_t t = monitor(&requests);

	pe_fuzz_page_offer(page, free_pid); /* without a first pid, none is of the run */
	page->first = (uint32_t)getpid();
	pe_fuzz_page_offer(page, (uint32_t)getpid()); /* in use */
	pe_fuzz_page_offer(page, page->first - 1);    /* not of the run */
	page->policy = PE_FUZZ_PAGE_OWN;
	pe_fuzz_page_offer(page, free_pid);
	page->policy = PE_FUZZ_PAGE_IMMEDIATE;
	ck_assert_uint_eq(page->asked, 0);
	pe_fuzz_page_offer(page, free_pid);
	pthread_join(t, NULL);
	ck_assert_uint_eq(request[0], free_pid | PE_FUZZ_PAGE_USE);
}
END_TEST

START_TEST(fuzz_page_9_a_process_is_named_once)
{
	uint32_t me = (uint32_t)getpid();

	ck_assert_ptr_null(pe_fuzz_page_program(page, me));
	ck_assert_ptr_null(pe_fuzz_page_program(page, 0));
	pe_fuzz_page_started(page);
	pe_fuzz_page_started(page);
	ck_assert_uint_eq(page->programs, 1);
	ck_assert_ptr_nonnull(strstr(pe_fuzz_page_program(page, me)->text, "test_fuzz_page"));
	ck_assert_str_ne(pe_fuzz_page_program(page, me)->comm, "");
}
END_TEST

START_TEST(fuzz_page_9_a_release_has_its_process_and_its_stack)
{
	static const uint32_t requests = 1;
	const struct pe_fuzz_page_releaser by = { .tid = 7, .depth = 1, .frame = { 0x1234 } };
	pthread_t t = monitor(&requests);

	pe_fuzz_page_born(page, 500);
	pe_fuzz_page_released(page, 500, &by);
	pthread_join(t, NULL);
	ck_assert_uint_eq(page->by.pid, (uint32_t)getpid());
	ck_assert_uint_eq(page->by.tid, 7);
	ck_assert_uint_eq(page->by.frame[0], 0x1234);
	ck_assert_uint_gt(page->by.ms, 0);
	ck_assert_uint_eq(page->forks, 1);
	ck_assert_uint_eq(pe_fuzz_page_parent(page, 500), (uint32_t)getpid());
	ck_assert_uint_eq(pe_fuzz_page_parent(page, 501), 0);
}
END_TEST

START_TEST(fuzz_page_11_a_pid_that_was_looked_up_is_given_away_in_a_later_tick)
{
	static const uint32_t requests = 1;
	pthread_t t = monitor(&requests);
	struct timespec before, after;

	pe_fuzz_page_looked(page, 500);
	clock_gettime(CLOCK_BOOTTIME, &before);
	pe_fuzz_page_released(page, 500, NULL);
	clock_gettime(CLOCK_BOOTTIME, &after);
	pthread_join(t, NULL);
	ck_assert(before.tv_sec != after.tv_sec ||
		  before.tv_nsec / 10000000 != after.tv_nsec / 10000000);
}
END_TEST

/* A pause gives the processor away. How often does this thread do so in 30 uses? */
static long switches_of_uses(uint32_t first_draw)
{
	struct rusage before, after;

	page->draws = first_draw;
	getrusage(RUSAGE_THREAD, &before);
	for (int i = 0; i < 30; i++)
		pe_fuzz_page_before_use(page);
	getrusage(RUSAGE_THREAD, &after);
	return after.ru_nvcsw - before.ru_nvcsw;
}

START_TEST(fuzz_page_10_later_pauses_are_seldom)
{
	page->policy = PE_FUZZ_PAGE_WINDOW;
	ck_assert_int_gt(switches_of_uses(0), 20);
	ck_assert_int_lt(switches_of_uses(PE_FUZZ_PAGE_PAUSES + 1), 10);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("fuzz");

	tcase_add_checked_fixture(c, make_page, NULL);
	tcase_add_test(c, fuzz_page_1_the_server_has_answered_when_a_release_returns);
	tcase_add_test(c, fuzz_page_1_after_a_use_without_a_signal_the_canaries_are_checked);
	tcase_add_test(c, fuzz_page_6_a_probe_is_a_find_if_so_configured);
	tcase_add_test(c, fuzz_page_2_without_a_server_the_wait_returns);
	tcase_add_test(c, fuzz_page_2_a_process_killed_in_its_turn_does_not_block_the_page);
	tcase_add_test(c, fuzz_page_2_a_long_turn_forgoes_the_canary);
	tcase_add_test(c, fuzz_page_2_a_handler_above_its_own_request_makes_no_request);
	tcase_add_test(c, fuzz_page_3_a_draw_is_a_function_of_seed_and_place);
	tcase_add_test(c, fuzz_page_3_each_pause_has_its_own_draw);
	tcase_add_test(c, fuzz_page_4_canaries_end_before_a_signal_to_all_processes);
	tcase_add_test(c, fuzz_page_4_no_canary_starts_until_it_is_sent);
	tcase_add_test(c, fuzz_page_5_each_entry_can_hold_a_canary);
	tcase_add_test(c, fuzz_page_7_a_control_run_makes_no_request);
	tcase_add_test(c, fuzz_page_8_a_free_pid_gets_a_canary_before_its_use);
	tcase_add_test(c, fuzz_page_9_a_process_is_named_once);
	tcase_add_test(c, fuzz_page_9_a_release_has_its_process_and_its_stack);
	tcase_add_test(c, fuzz_page_11_a_pid_that_was_looked_up_is_given_away_in_a_later_tick);
	tcase_add_test(c, fuzz_page_10_later_pauses_are_seldom);
	tcase_add_test(c, pid_0_is_no_canary);
	return run_case("fuzz", c);
}
