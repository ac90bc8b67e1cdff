/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* obituary: the ring of what is kept of released children. Rules are those of
 * core/memory/obituary.h. */
#include "core/memory/obituary.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pe_obituary_root root;

static void write_one(uint32_t pid, uint32_t birth, uint16_t status, uint8_t flags)
{
	const struct pe_obituary o = {
		.pid = pid,
		.birth = birth,
		.status = status,
		.flags = flags,
		.by = 7,
		.tid = pid + 1,
		.ms = pid + 2,
		.user = pid + 3,
		.kernel = pid + 4,
		.most_memory = pid + 5,
	};

	pe_obituary_write(&root, &o);
}

START_TEST(what_is_written_is_found)
{
	struct pe_obituary o;

	ck_assert_uint_eq(pe_obituary_find(&root, 500, 9, &o), 0);
	write_one(500, 3, 0x1ff, PE_OBITUARY_KNOWN);
	ck_assert_uint_ne(pe_obituary_find(&root, 500, 9, &o), 0);
	ck_assert_uint_eq(o.status, 0x1ff);
	ck_assert_uint_eq(o.flags, PE_OBITUARY_KNOWN);
	ck_assert_uint_eq(o.birth, 3);
	ck_assert_uint_eq(o.by, 7);
	ck_assert_uint_eq(o.tid, 501);
	ck_assert_uint_eq(o.ms, 502);
	ck_assert_uint_eq(o.user, 503);
	ck_assert_uint_eq(o.kernel, 504);
	ck_assert_uint_eq(o.most_memory, 505);
	ck_assert_uint_eq(pe_obituary_find(&root, 501, 9, &o), 0);
	ck_assert_uint_eq(pe_obituary_find(&root, 500 + PE_OBITUARY_HEADS, 9, &o), 0);
}
END_TEST

/* of those born in the epoch or before, the last; across the end of 32 bits, too */
START_TEST(an_epoch_finds_its_own)
{
	const uint32_t base = _i ? UINT32_MAX - 4 : 10;
	struct pe_obituary o;

	write_one(500, base, 1, PE_OBITUARY_KNOWN);
	write_one(500 + PE_OBITUARY_HEADS, base + 1, 9, PE_OBITUARY_KNOWN);
	write_one(500, base + 3, 2, PE_OBITUARY_KNOWN);
	write_one(500, base + 7, 3, PE_OBITUARY_KNOWN);
	ck_assert_uint_eq(pe_obituary_find(&root, 500, base - 1, &o), 0);
	for (uint32_t e = 0; e < 9; e++) {
		ck_assert_uint_ne(pe_obituary_find(&root, 500, base + e, &o), 0);
		ck_assert_uint_eq(o.status, e < 3 ? 1 : e < 7 ? 2 : 3);
	}
}
END_TEST

START_TEST(obituary_3_the_oldest_makes_room)
{
	struct pe_obituary o;

	for (uint32_t i = 0; i < PE_OBITUARY_MOST + 10; i++)
		write_one(1000 + i, 1, 0, PE_OBITUARY_KNOWN);
	for (uint32_t i = 0; i < PE_OBITUARY_MOST + 10; i++)
		ck_assert_int_eq(pe_obituary_find(&root, 1000 + i, 1, &o) != 0, i >= 10);
	ck_assert_uint_le(pe_obituary_bytes(&root), 2 << 20);
	ck_assert_uint_ne(pe_obituary_recent(&root, 0, &o), 0);
	ck_assert_uint_eq(o.pid, 1000 + PE_OBITUARY_MOST + 9);
	ck_assert_uint_ne(pe_obituary_recent(&root, 5, &o), 0);
	ck_assert_uint_eq(o.pid, 1000 + PE_OBITUARY_MOST + 4);
}
END_TEST

START_TEST(obituary_5_a_status_is_given_once)
{
	struct pe_obituary o;
	uint32_t first, second;

	write_one(500, 1, 1, PE_OBITUARY_KNOWN | PE_OBITUARY_ANY);
	first = pe_obituary_last(&root, 500, PE_OBITUARY_ANY, &o);
	ck_assert(pe_obituary_give(&root, first));
	ck_assert(!pe_obituary_give(&root, first));
	write_one(500, 2, 2, PE_OBITUARY_KNOWN | PE_OBITUARY_ANY);
	second = pe_obituary_last(&root, 500, PE_OBITUARY_ANY, &o);
	ck_assert_uint_ne(first, second);
	ck_assert(pe_obituary_give(&root, second));
	for (uint32_t i = 0; i < PE_OBITUARY_MOST; i++)
		write_one(500, 2, 1, PE_OBITUARY_KNOWN | PE_OBITUARY_ANY);
	ck_assert(!pe_obituary_give(&root, second));
	ck_assert_uint_ne(pe_obituary_recent(&root, 0, &o), 0);
	ck_assert_uint_eq(o.flags & PE_OBITUARY_GIVEN, 0);
}
END_TEST

START_TEST(release_4_an_early_reap_is_attributed)
{
	struct pe_obituary o;
	uint32_t ticket;

	write_one(500, 17, 1, PE_OBITUARY_KNOWN | PE_OBITUARY_EARLY);
	ck_assert_uint_eq(pe_obituary_find(&root, 500, 99, &o), 0);
	ticket = pe_obituary_last(&root, 500, PE_OBITUARY_EARLY, &o);
	ck_assert_uint_ne(ticket, 0);
	pe_obituary_attribute(&root, ticket, 5);
	ck_assert_uint_eq(pe_obituary_find(&root, 500, 4, &o), 0);
	ck_assert_uint_eq(pe_obituary_find(&root, 500, 5, &o), ticket);
	ck_assert_uint_eq(o.flags, PE_OBITUARY_KNOWN);
}
END_TEST

START_TEST(obituary_4_a_forked_child_does_not_have_the_memory)
{
	unsigned char resident;
	int status;
	pid_t pid;

	write_one(500, 1, 0, 0);
	pid = fork();
	if (pid == 0)
		_exit(mincore((void *)((uintptr_t)atomic_load(&root) & ~4095ul), 4096, &resident) ==
		      0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(times_fit)
{
	static const uint64_t us[] = { 0, 1, 999, 1000000, (1u << 31) - 1 };

	for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++)
		ck_assert_uint_eq(pe_obituary_us(pe_obituary_time(us[i])), us[i]);
	ck_assert_uint_eq(pe_obituary_us(pe_obituary_time(UINT64_C(90061000999))),
			  UINT64_C(90061000000));
	ck_assert_uint_ge(pe_obituary_us(pe_obituary_time(UINT64_MAX)), UINT64_C(1) << 40);
}
END_TEST

/* --- many at once --- */

#define WRITERS 4
#define ROUNDS	60000u

/* every field follows from the pid */
static bool is_whole(const struct pe_obituary *o)
{
	return o->tid == o->pid + 1 && o->ms == o->pid + 2 && o->user == o->pid + 3 &&
	       o->kernel == o->pid + 4 && o->most_memory == o->pid + 5 &&
	       o->status == (uint16_t)o->pid;
}

static void *writer(void *number)
{
	for (uint32_t i = 0; i < ROUNDS; i++)
		write_one(1 + i * WRITERS + (uint32_t)(uintptr_t)number, 1,
			  (uint16_t)(1 + i * WRITERS + (uint32_t)(uintptr_t)number),
			  PE_OBITUARY_KNOWN);
	return NULL;
}

START_TEST(obituary_2_a_reader_gets_a_whole_one_or_none)
{
	pthread_t thread[WRITERS];
	struct pe_obituary o;

	for (uintptr_t i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, writer, (void *)i), 0);
	for (uint32_t pid = 1; pid < ROUNDS; pid++) {
		if (pe_obituary_find(&root, pid, 1, &o))
			ck_assert(o.pid == pid && is_whole(&o));
		if (pe_obituary_recent(&root, pid % 64, &o))
			ck_assert(is_whole(&o));
	}
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
	for (uint32_t back = 0; back < PE_OBITUARY_MOST; back++)
		if (pe_obituary_recent(&root, back, &o))
			ck_assert(is_whole(&o));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("obituary");
	TCase *t = tcase_create("obituary");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, what_is_written_is_found);
	tcase_add_loop_test(t, an_epoch_finds_its_own, 0, 2);
	tcase_add_test(t, obituary_3_the_oldest_makes_room);
	tcase_add_test(t, obituary_5_a_status_is_given_once);
	tcase_add_test(t, release_4_an_early_reap_is_attributed);
	tcase_add_test(t, obituary_4_a_forked_child_does_not_have_the_memory);
	tcase_add_test(t, times_fit);
	tcase_add_test(t, obituary_2_a_reader_gets_a_whole_one_or_none);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
