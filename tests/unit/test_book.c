// SPDX-License-Identifier: LGPL-2.1-or-later
/* The supervisor's book: what is written is found, by its own process and until its exec; and a full book goes on (Q.1 to Q.4). */
#include <check.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "supervisor/book.h"

static struct pe_book *book;

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
	book = pe_book_map();
	ck_assert_ptr_nonnull(book);
}

static void close_book(void)
{
	munmap(book, sizeof(*book));
}

static struct pe_book_process *process(uint64_t identity, bool (*lives)(uint64_t, int))
{
	return pe_book_open(book, identity, (int)(identity % 1000), lives);
}

/* Q.1 */
START_TEST(own_numbers)
{
	struct pe_book_process *a, *b;

	ck_assert_ptr_null(pe_book_find(book, 77));
	a = process(77, all_live);
	b = process(78, all_live);
	ck_assert_ptr_eq(process(77, all_live), a);
	ck_assert_ptr_eq(pe_book_find(book, 78), b);
	for (int n = 1; n < 2000; n += 3)
		pe_book_add(book, a, n);
	for (int n = 1; n < 2000; n++) {
		ck_assert_int_eq(pe_book_has(book, a, n), n % 3 == 1);
		ck_assert(!pe_book_has(book, b, n));
	}
}
END_TEST

START_TEST(exec_forgets)
{
	struct pe_book_process *a = process(77, all_live), *b = process(78, all_live);

	pe_book_add(book, a, 300);
	pe_book_add(book, b, 300);
	a->cursor = 5;
	a->births = 6;
	pe_book_forget(book, a);
	ck_assert(!pe_book_has(book, a, 300));
	ck_assert(pe_book_has(book, b, 300));
	ck_assert_uint_eq(a->cursor, 0);
	ck_assert_uint_eq(a->births, 0);
	pe_book_add(book, a, 301);
	ck_assert(pe_book_has(book, a, 301));
	ck_assert(!pe_book_has(book, b, 301));
}
END_TEST

/* who is there is never said not to be; who has gone, for as long as the half of the book lasts */
START_TEST(pids_may_be_there)
{
	uint32_t before = atomic_load(&book->which);

	ck_assert(!pe_book_may_have(book, 4711));
	pe_book_open(book, 4, 4711, even_live_anywhere);
	pe_book_open(book, 5, 4712, even_live_anywhere);
	ck_assert(pe_book_may_have(book, 4711));
	ck_assert(pe_book_may_have(book, 4712));
	ck_assert(!pe_book_may_have(book, 4713));
	ck_assert(pe_book_may_have(book, (int)PE_BOOK_PIDS + 4711));
	for (uint64_t i = 101; atomic_load(&book->which) == before; i += 2)
		pe_book_open(book, i, 1, even_live_anywhere);
	ck_assert(pe_book_may_have(book, 4711));
	ck_assert(!pe_book_may_have(book, 4712));
}
END_TEST

/* more processes than there is room for */
START_TEST(dead_make_room)
{
	for (uint64_t i = 1; i < 5 * PE_BOOK_PROCESSES; i++) {
		struct pe_book_process *p = process(i, none_lives);

		pe_book_add(book, p, (int)(i % 30000) + 1);
		ck_assert(pe_book_has(book, p, (int)(i % 30000) + 1));
	}
	ck_assert_uint_eq(atomic_load(&book->frames), 5 * PE_BOOK_PROCESSES - 1);
}
END_TEST

START_TEST(living_keep)
{
	struct pe_book_process *p = process(4, even_live);
	uint32_t before = atomic_load(&book->which);

	pe_book_add(book, p, 4711);
	p->births = 12;
	for (uint64_t i = 101; atomic_load(&book->which) == before; i += 2)
		process(i, even_live);
	p = pe_book_find(book, 4);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p->births, 12);
	ck_assert(pe_book_has(book, p, 4711));
	ck_assert_ptr_null(pe_book_find(book, 101));
}
END_TEST

/* Q.4 */
START_TEST(too_many_numbers)
{
	struct pe_book_process *p = process(4, all_live);
	int last = 0;

	for (int n = 1; n < (int)PE_BOOK_NUMBERS + 100; n++) {
		p = process(4, all_live);
		pe_book_add(book, p, n);
		last += pe_book_has(book, p, n);
	}
	ck_assert_int_gt(last, (int)PE_BOOK_NUMBERS / 2);
}
END_TEST

/* Q.2: the other half was being filled when its writer was killed */
START_TEST(killed_while_sweeping)
{
	struct pe_book_process *p = process(4, even_live);
	uint32_t before = atomic_load(&book->which);

	pe_book_add(book, p, 4711);
	atomic_store(&book->half[1 - before].process[3].identity, 999999);
	atomic_store(&book->half[1 - before].number[4711], 4711);
	book->half[1 - before].numbers = 17;
	for (uint64_t i = 101; atomic_load(&book->which) == before; i += 2)
		process(i, even_live);
	ck_assert(pe_book_has(book, pe_book_find(book, 4), 4711));
	ck_assert_ptr_null(pe_book_find(book, 999999));
	ck_assert_uint_eq(book->half[1 - before].numbers, 1);
}
END_TEST

/* a sync point goes with its process into the other half; and where living ones have to be forgotten, that is known */
START_TEST(points)
{
	struct pe_book_process *p = process(4, even_live);
	uint32_t before = atomic_load(&book->which);

	atomic_store(&p->point.now, 4711);
	p->point.first = 17;
	p->point.adopts = true;
	for (uint64_t i = 101; atomic_load(&book->which) == before; i += 2)
		process(i, even_live);
	p = pe_book_find(book, 4);
	ck_assert_uint_eq(atomic_load(&p->point.now), 4711);
	ck_assert_uint_eq(p->point.first, 17);
	ck_assert(p->point.adopts && !atomic_load(&book->forgot));
	pe_book_forget(book, p);
	ck_assert_uint_eq(atomic_load(&p->point.now), 4711);

	before = atomic_load(&book->which);
	for (uint64_t i = 100001; atomic_load(&book->which) == before; i++)
		process(i, all_live);
	ck_assert(atomic_load(&book->forgot));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("book");
	TCase *c = tcase_create("book");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, open_book, close_book);
	tcase_add_test(c, own_numbers);
	tcase_add_test(c, exec_forgets);
	tcase_add_test(c, pids_may_be_there);
	tcase_add_test(c, dead_make_room);
	tcase_add_test(c, living_keep);
	tcase_add_test(c, points);
	tcase_add_test(c, too_many_numbers);
	tcase_add_test(c, killed_while_sweeping);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
