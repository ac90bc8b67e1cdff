/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arena: allocation and reuse. Rules are those of core/memory/arena.h. */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory/arena.h"

#define FIRST 3

struct object {
	uint64_t payload;
	uint32_t link;
};

static struct pe_arena arena;
static pe_arena_chunks chunks;
static struct object first[FIRST];

static void start(uint32_t limit, uint32_t keep)
{
	const struct pe_arena_layout layout = {
		.object = sizeof(struct object),
		.link = offsetof(struct object, link),
		.per_chunk = 8,
		.limit = limit,
		.keep = keep,
		.chunks = chunks,
		.first = first,
		.first_bytes = sizeof(first),
	};

	memset(chunks, 0, sizeof(chunks));
	memset(first, 0, sizeof(first));
	pe_arena_init(&arena, &layout);
}

START_TEST(arena_1_5_indices_count_up_and_objects_do_not_overlap)
{
	start(100, 0);
	for (uint32_t i = 1; i <= 30; i++) {
		struct object *o;

		ck_assert_uint_eq(pe_arena_alloc(&arena), i);
		o = pe_arena_at(&arena, i);
		ck_assert_uint_eq(o->payload, 0); /* fresh memory is zeroed */
		o->payload = i;
	}
	for (uint32_t i = 1; i <= 30; i++)
		ck_assert_uint_eq(((struct object *)pe_arena_at(&arena, i))->payload, i);
	ck_assert_ptr_eq(pe_arena_at(&arena, 1), first);
	ck_assert_uint_eq(pe_arena_last(&arena), 30);
	ck_assert_uint_eq(pe_arena_bytes(&arena), 30 * sizeof(struct object));
}
END_TEST

START_TEST(arena_3_freed_objects_come_back_oldest_first)
{
	start(100, 0);
	for (int i = 0; i < 6; i++)
		pe_arena_alloc(&arena);
	pe_arena_free(&arena, 4);
	pe_arena_free(&arena, 2);
	pe_arena_free(&arena, 5);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 4);
	pe_arena_free(&arena, 1);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 2);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 5);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 1);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 7);
	ck_assert_uint_eq(arena.live, 7);
}
END_TEST

START_TEST(arena_3_a_given_number_of_free_objects_is_kept_before_reuse)
{
	start(100, 5);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 1);
	pe_arena_free(&arena, 1);
	for (uint32_t i = 2; i <= 5; i++)
		ck_assert_uint_eq(pe_arena_alloc(&arena), i);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 1);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 6);
}
END_TEST

START_TEST(memory_is_refused_at_every_allocation)
{
	for (uint32_t limit = 0; limit < 20; limit++) {
		start(limit, 3);
		for (uint32_t i = 1; i <= limit; i++)
			ck_assert_uint_eq(pe_arena_alloc(&arena), i);
		ck_assert_uint_eq(pe_arena_alloc(&arena), 0);
		ck_assert_uint_eq(arena.live, limit);
		if (limit == 0)
			continue;
		pe_arena_free(&arena, 1);
		ck_assert_uint_eq(pe_arena_alloc(&arena), 1);
		ck_assert_uint_eq(pe_arena_alloc(&arena), 0);
	}
}
END_TEST

START_TEST(the_table_of_chunks_is_full)
{
	uint32_t most = FIRST + ((1u << PE_ARENA_CHUNKS) - 1) * 8;

	start(UINT32_MAX, 0);
	for (uint32_t i = 1; i <= most; i++)
		ck_assert_uint_eq(pe_arena_alloc(&arena), i);
	ck_assert_uint_eq(pe_arena_alloc(&arena), 0);
}
END_TEST

#define ROUNDS 20000

static _Atomic uint32_t hand_over[16];

/* Frees what the main thread allocates, as reaping threads and handlers do. */
static void *free_them(void *slot)
{
	_Atomic uint32_t *from = slot;

	for (;;) {
		uint32_t index = atomic_exchange(from, 0);

		if (index == UINT32_MAX)
			return NULL;
		if (index)
			pe_arena_free(&arena, index);
		else
			sched_yield();
	}
}

START_TEST(arena_2_3_three_threads_free_while_one_allocates)
{
	pthread_t t[3];

	start(64, 0);
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, free_them, &hand_over[i]);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t index = pe_arena_alloc(&arena);

		/* at most four are out at a time: an index that is handed out twice soon runs into
		 * the limit */
		ck_assert_uint_ne(index, 0);
		while (atomic_load(&hand_over[round % 3]) != 0)
			sched_yield();
		atomic_store(&hand_over[round % 3], index);
	}
	for (int i = 0; i < 3; i++) {
		while (atomic_load(&hand_over[i]) != 0)
			sched_yield();
		atomic_store(&hand_over[i], UINT32_MAX);
		pthread_join(t[i], NULL);
	}
	ck_assert_uint_eq(arena.live, 0);
	ck_assert_uint_le(pe_arena_last(&arena), 10);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("arena");
	TCase *c = tcase_create("arena");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_test(c, arena_1_5_indices_count_up_and_objects_do_not_overlap);
	tcase_add_test(c, arena_3_freed_objects_come_back_oldest_first);
	tcase_add_test(c, arena_3_a_given_number_of_free_objects_is_kept_before_reuse);
	tcase_add_test(c, memory_is_refused_at_every_allocation);
	tcase_add_test(c, the_table_of_chunks_is_full);
	tcase_add_test(c, arena_2_3_three_threads_free_while_one_allocates);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
