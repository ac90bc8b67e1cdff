/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hold: which thread waits for which. Rules are those of core/memory/hold.h. Threads synchronise
 * by semaphores, never by time. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/memory/hold.h"

#define SLOT 5

static struct pe_arena records;
static pe_arena_chunks chunks;
static struct pe_thread self;
static sem_t published, may_release;
static pid_t drainer;

static void setup(void)
{
	const struct pe_arena_layout layout = {
		.object = sizeof(struct pe_hold_record),
		.link = offsetof(struct pe_hold_record, link),
		.per_chunk = 64,
		.limit = 1000,
		.chunks = chunks,
	};

	pe_arena_init(&records, &layout);
	self = (struct pe_thread){ 0 };
	pe_hold_enroll(&records, &self, (uint32_t)gettid());
	ck_assert_uint_ne(self.record, 0);
	sem_init(&published, 0, 0);
	sem_init(&may_release, 0, 0);
}

static void *holder(void *unused)
{
	struct pe_thread t = { 0 };
	struct pe_hold h;

	(void)unused;
	pe_hold_enroll(&records, &t, (uint32_t)gettid());
	h = pe_hold_publish(&records, &t, SLOT, SYS_futex);
	sem_post(&published);
	/* as in a guarded call: inside its system call until it is released */
	sem_wait(&may_release);
	pe_hold_release(&t, &h);
	return NULL;
}

/* The holder clears its record only after the drainer sleeps in its futex: the drain did wait
 * for it. */
static void *watch(void *unused)
{
	char path[64], state[8] = "";

	(void)unused;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", drainer);
	for (;;) {
		int fd = open(path, O_RDONLY);
		ssize_t n = read(fd, state, sizeof(state) - 1);

		close(fd);
		state[n > 0 ? n : 0] = '\0';
		if (atoi(state) == SYS_futex)
			break;
		sched_yield();
	}
	sem_post(&may_release);
	return NULL;
}

START_TEST(hold_2_drain_waits_for_another_thread)
{
	pthread_t a, b;
	struct pe_hold_record *r;

	pthread_create(&a, NULL, holder, NULL);
	sem_wait(&published);
	drainer = gettid();
	pthread_create(&b, NULL, watch, NULL);
	pe_hold_drain(&records, &self, SLOT);
	r = pe_arena_at(&records, 2);
	ck_assert_uint_eq(r->held[0], 0);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
}
END_TEST

START_TEST(hold_2_drain_ignores_holds_of_other_slots)
{
	pthread_t a;

	pthread_create(&a, NULL, holder, NULL);
	sem_wait(&published);
	pe_hold_drain(&records, &self, SLOT + 1);
	sem_post(&may_release);
	pthread_join(a, NULL);
}
END_TEST

START_TEST(hold_1_3_own_hold_is_not_waited_for_but_marked)
{
	struct pe_hold h = pe_hold_publish(&records, &self, SLOT, SYS_kill);

	ck_assert_uint_eq(*pe_hold_dead(&h), 0);
	pe_hold_drain(&records, &self, SLOT);
	pe_hold_kill_own(&records, &self, SLOT + 1);
	ck_assert_uint_eq(*pe_hold_dead(&h), 0);
	pe_hold_kill_own(&records, &self, SLOT);
	ck_assert_uint_eq(*pe_hold_dead(&h), 1);
	pe_hold_release(&self, &h);
	h = pe_hold_publish(&records, &self, SLOT, SYS_kill);
	ck_assert_uint_eq(*pe_hold_dead(&h), 0);
	pe_hold_release(&self, &h);
}
END_TEST

START_TEST(levels_nest_and_the_fifth_has_no_record)
{
	struct pe_hold h[PE_HOLD_LEVELS + 1];

	for (unsigned int i = 0; i <= PE_HOLD_LEVELS; i++)
		h[i] = pe_hold_publish(&records, &self, SLOT + i, SYS_kill);
	ck_assert_ptr_nonnull(h[PE_HOLD_LEVELS - 1].record);
	ck_assert_ptr_null(h[PE_HOLD_LEVELS].record);
	pe_hold_kill_own(&records, &self, SLOT + 1);
	ck_assert_uint_eq(*pe_hold_dead(&h[0]), 0);
	ck_assert_uint_eq(*pe_hold_dead(&h[1]), 1);
	for (unsigned int i = PE_HOLD_LEVELS + 1; i-- > 0;)
		pe_hold_release(&self, &h[i]);
	ck_assert_uint_eq(self.level, 0);
}
END_TEST

static sigjmp_buf out;

static void leave(int sig)
{
	(void)sig;
	siglongjmp(out, 1);
}

/* Publishes, and leaves by siglongjmp from a handler, as a program may: the hold is never let
 * go. */
static void *leaver(void *unused)
{
	struct pe_thread t = { 0 };
	struct sigaction act = { .sa_handler = leave };

	(void)unused;
	pe_hold_enroll(&records, &t, (uint32_t)gettid());
	sigaction(SIGUSR1, &act, NULL);
	if (sigsetjmp(out, 1) == 0) {
		pe_hold_publish(&records, &t, SLOT, SYS_kill);
		raise(SIGUSR1);
	}
	sem_post(&published);
	/* alive, asleep outside any guarded call, for as long as the test lasts */
	sem_wait(&may_release);
	return NULL;
}

START_TEST(hold_2_drain_does_not_wait_forever_for_a_thread_that_left)
{
	pthread_t a;
	struct pe_hold_record *r;

	pthread_create(&a, NULL, leaver, NULL);
	sem_wait(&published);
	pe_hold_drain(&records, &self, SLOT);
	r = pe_arena_at(&records, 2);
	ck_assert_uint_eq(r->dead[0], 1);
	sem_post(&may_release);
	pthread_join(a, NULL);
}
END_TEST

static void *come_and_go(void *index)
{
	struct pe_thread t = { 0 };

	pe_hold_enroll(&records, &t, (uint32_t)gettid());
	*(uint32_t *)index = t.record;
	return NULL;
}

START_TEST(hold_4_records_of_dead_threads_are_taken_over)
{
	uint32_t index[50];

	for (int i = 0; i < 50; i++) {
		pthread_t a;

		pthread_create(&a, NULL, come_and_go, &index[i]);
		pthread_join(a, NULL);
	}
	for (int i = 0; i < 50; i++)
		ck_assert_uint_ne(index[i], self.record);
	ck_assert_uint_le(pe_arena_last(&records), 10);
}
END_TEST

START_TEST(a_forked_child_keeps_its_own_record_only)
{
	pthread_t a;
	struct pe_hold_record *r;

	pthread_create(&a, NULL, holder, NULL);
	sem_wait(&published);
	pe_hold_forked(&records, &self, 77); /* what the child does with its copy */
	r = pe_arena_at(&records, 2);
	ck_assert_uint_eq(r->held[0], 0);
	ck_assert_uint_eq(r->owner, 0);
	r = pe_arena_at(&records, self.record);
	ck_assert_uint_eq(r->owner, 77);
	sem_post(&may_release);
	pthread_join(a, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("hold");
	TCase *c = tcase_create("waiting");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_set_timeout(c, 30);
	tcase_add_test(c, hold_2_drain_waits_for_another_thread);
	tcase_add_test(c, hold_2_drain_ignores_holds_of_other_slots);
	tcase_add_test(c, hold_1_3_own_hold_is_not_waited_for_but_marked);
	tcase_add_test(c, levels_nest_and_the_fifth_has_no_record);
	tcase_add_test(c, hold_2_drain_does_not_wait_forever_for_a_thread_that_left);
	tcase_add_test(c, hold_4_records_of_dead_threads_are_taken_over);
	tcase_add_test(c, a_forked_child_keeps_its_own_record_only);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
