// SPDX-License-Identifier: LGPL-2.1-or-later
/* The supervisor's child table: what is written is found, by its own process and until its exec;
 * and a full table still works (child_table.1 to child_table.4). */
#include <check.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "supervisor/worker/child_table.h"

static struct pe_child_table *table;

static bool all_live(uint64_t identity, int tgid)
{
	(void)identity;
	(void)tgid;
	return true;
}

static bool none_lives(uint64_t identity, int tgid)
{
	(void)identity;
	(void)tgid;
	return false;
}

static bool even_live(uint64_t identity, int tgid)
{
	ck_assert_int_eq(tgid, (int)(identity % 1000));
	return identity % 2 == 0;
}

static bool even_live_anywhere(uint64_t identity, int tgid)
{
	(void)tgid;
	return identity % 2 == 0;
}

static void open_book(void)
{
	table = pe_child_table_map();
	ck_assert_ptr_nonnull(table);
}

static void close_book(void)
{
	munmap(table, sizeof(*table));
}

static struct pe_child_table_process *process(uint64_t identity, bool (*lives)(uint64_t, int))
{
	return pe_child_table_open(table, identity, (int)(identity % 1000), lives);
}

/* child_table.1 */
START_TEST(a_process_knows_its_own_pids)
{
	struct pe_child_table_process *a, *b;

	ck_assert_ptr_null(pe_child_table_find(table, 77));
	a = process(77, all_live);
	b = process(78, all_live);
	ck_assert_ptr_eq(process(77, all_live), a);
	ck_assert_ptr_eq(pe_child_table_find(table, 78), b);
	for (int n = 1; n < 2000; n += 3)
		pe_child_table_add(table, a, n);
	for (int n = 1; n < 2000; n++) {
		ck_assert_int_eq(pe_child_table_has(table, a, n), n % 3 == 1);
		ck_assert(!pe_child_table_has(table, b, n));
	}
}
END_TEST

START_TEST(exec_forgets)
{
	struct pe_child_table_process *a = process(77, all_live), *b = process(78, all_live);

	pe_child_table_add(table, a, 300);
	pe_child_table_add(table, b, 300);
	a->cursor = 5;
	a->births = 6;
	pe_child_table_forget(table, a);
	ck_assert(!pe_child_table_has(table, a, 300));
	ck_assert(pe_child_table_has(table, b, 300));
	ck_assert_uint_eq(a->cursor, 0);
	ck_assert_uint_eq(a->births, 0);
	pe_child_table_add(table, a, 301);
	ck_assert(pe_child_table_has(table, a, 301));
	ck_assert(!pe_child_table_has(table, b, 301));
}
END_TEST

/* A living process is never reported as gone; a process that has gone is known for as long as
 * its half of the child table exists. */
START_TEST(a_recorded_process_may_hold_its_pid)
{
	uint32_t before = atomic_load(&table->which);

	ck_assert(!pe_child_table_may_have(table, 4711));
	pe_child_table_open(table, 4, 4711, even_live_anywhere);
	pe_child_table_open(table, 5, 4712, even_live_anywhere);
	ck_assert(pe_child_table_may_have(table, 4711));
	ck_assert(pe_child_table_may_have(table, 4712));
	ck_assert(!pe_child_table_may_have(table, 4713));
	ck_assert(pe_child_table_may_have(table, (int)PE_CHILD_TABLE_SEEN + 4711));
	for (uint64_t i = 101; atomic_load(&table->which) == before; i += 2)
		pe_child_table_open(table, i, 1, even_live_anywhere);
	ck_assert(pe_child_table_may_have(table, 4711));
	ck_assert(!pe_child_table_may_have(table, 4712));
}
END_TEST

/* more processes than the table has entries */
START_TEST(dead_processes_are_removed_from_a_full_table)
{
	for (uint64_t i = 1; i < 5 * PE_CHILD_TABLE_PROCESSES; i++) {
		struct pe_child_table_process *p = process(i, none_lives);

		pe_child_table_add(table, p, (int)(i % 30000) + 1);
		ck_assert(pe_child_table_has(table, p, (int)(i % 30000) + 1));
	}
	ck_assert_uint_eq(atomic_load(&table->frames), 5 * PE_CHILD_TABLE_PROCESSES - 1);
}
END_TEST

START_TEST(living_processes_keep_their_entries)
{
	struct pe_child_table_process *p = process(4, even_live);
	uint32_t before = atomic_load(&table->which);

	pe_child_table_add(table, p, 4711);
	p->births = 12;
	for (uint64_t i = 101; atomic_load(&table->which) == before; i += 2)
		process(i, even_live);
	p = pe_child_table_find(table, 4);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p->births, 12);
	ck_assert(pe_child_table_has(table, p, 4711));
	ck_assert_ptr_null(pe_child_table_find(table, 101));
}
END_TEST

/* child_table.4 */
START_TEST(more_living_processes_than_entries)
{
	struct pe_child_table_process *p = process(4, all_live);
	int last = 0;

	for (int n = 1; n < (int)PE_CHILD_TABLE_PIDS + 100; n++) {
		p = process(4, all_live);
		pe_child_table_add(table, p, n);
		last += pe_child_table_has(table, p, n);
	}
	ck_assert_int_gt(last, (int)PE_CHILD_TABLE_PIDS / 2);
}
END_TEST

/* child_table.2: the writer was killed while it filled the other half */
START_TEST(worker_killed_while_sweeping)
{
	struct pe_child_table_process *p = process(4, even_live);
	uint32_t before = atomic_load(&table->which);

	pe_child_table_add(table, p, 4711);
	atomic_store(&table->half[1 - before].process[3].identity, 999999);
	atomic_store(&table->half[1 - before].pid[4711], 4711);
	table->half[1 - before].numbers = 17;
	for (uint64_t i = 101; atomic_load(&table->which) == before; i += 2)
		process(i, even_live);
	ck_assert(pe_child_table_has(table, pe_child_table_find(table, 4), 4711));
	ck_assert_ptr_null(pe_child_table_find(table, 999999));
	ck_assert_uint_eq(table->half[1 - before].numbers, 1);
}
END_TEST

/* A sync point moves with its process into the other half; the loss of points of living
 * processes is recorded. */
START_TEST(points)
{
	struct pe_child_table_process *p = process(4, even_live);
	uint32_t before = atomic_load(&table->which);

	atomic_store(&p->point.now, 4711);
	p->point.first = 17;
	p->point.adopts = true;
	for (uint64_t i = 101; atomic_load(&table->which) == before; i += 2)
		process(i, even_live);
	p = pe_child_table_find(table, 4);
	ck_assert_uint_eq(atomic_load(&p->point.now), 4711);
	ck_assert_uint_eq(p->point.first, 17);
	ck_assert(p->point.adopts && !atomic_load(&table->forgot));
	pe_child_table_forget(table, p);
	ck_assert_uint_eq(atomic_load(&p->point.now), 4711);

	before = atomic_load(&table->which);
	for (uint64_t i = 100001; atomic_load(&table->which) == before; i++)
		process(i, all_live);
	ck_assert(atomic_load(&table->forgot));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("book");
	TCase *c = tcase_create("book");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, open_book, close_book);
	tcase_add_test(c, a_process_knows_its_own_pids);
	tcase_add_test(c, exec_forgets);
	tcase_add_test(c, a_recorded_process_may_hold_its_pid);
	tcase_add_test(c, dead_processes_are_removed_from_a_full_table);
	tcase_add_test(c, living_processes_keep_their_entries);
	tcase_add_test(c, points);
	tcase_add_test(c, more_living_processes_than_entries);
	tcase_add_test(c, worker_killed_while_sweeping);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
