/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tree: the property test on generated input, and cases that input alone cannot show. Rules are
 * those of core/memory/tree.h. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../libfuzzer/tree_model.h"
#include "core/memory/tree.h"

static struct pe_tree tree;
static struct pe_arena inner, leaf;
static pe_arena_chunks inner_chunks, leaf_chunks;

static void setup(void)
{
	const struct pe_arena_layout node = {
		.object = sizeof(struct pe_tree_node),
		.link = offsetof(struct pe_tree_node, next),
		.per_chunk = 64,
		.limit = 10000,
	};
	struct pe_arena_layout a = node, b = node;

	a.chunks = inner_chunks;
	b.chunks = leaf_chunks;
	pe_arena_init(&inner, &a);
	pe_arena_init(&leaf, &b);
	pe_tree_init(&tree, &inner, &leaf, 1);
}

START_TEST(random_operations_agree_with_arrays)
{
	uint8_t data[4000];

	srandom((unsigned int)_i);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(random() >> 8);
	ck_assert_ptr_null(tree_model_run(data, sizeof(data)));
}
END_TEST

START_TEST(tree_1_the_copy_is_linked_in_the_current_epoch_only)
{
	uint32_t old;

	ck_assert_int_eq(pe_tree_store(&tree, 300, 7), 0);
	pe_tree_begin(&tree, 2);
	ck_assert_uint_eq(pe_tree_find(&tree, 300), 7);
	ck_assert_int_eq(pe_tree_store(&tree, 300, 8), 0);
	ck_assert_uint_eq(pe_tree_find(&tree, 300), 8);
	ck_assert_int_eq(pe_tree_find_in(&tree, 1, 300, &old), 0);
	ck_assert_uint_eq(old, 7);
}
END_TEST

START_TEST(tree_1_a_new_epoch_costs_nothing_until_it_is_written)
{
	pe_tree_store(&tree, 300, 7);
	pe_tree_begin(&tree, 2);
	ck_assert_uint_eq(leaf.live, 1);
	ck_assert_uint_eq(inner.live, 3);
	ck_assert_uint_eq(pe_tree_old_bytes(&tree), 0);
	pe_tree_store(&tree, 301, 8); /* the same leaf */
	ck_assert_uint_eq(leaf.live, 2);
	ck_assert_uint_eq(inner.live, 6);
	ck_assert_uint_eq(pe_tree_old_bytes(&tree), 4 * sizeof(struct pe_tree_node));
}
END_TEST

START_TEST(tree_2_expire_reaches_every_epoch_and_allocates_nothing)
{
	uint32_t entry, pages;

	pe_tree_store(&tree, 300, 7);
	for (uint64_t lap = 2; lap <= 4; lap++) {
		pe_tree_begin(&tree, lap);
		pe_tree_store(&tree, 301, (uint32_t)lap); /* so that each has a copy of the leaf */
	}
	pages = inner.carved + leaf.carved;
	inner.limit = 0;
	leaf.limit = 0;
	ck_assert_uint_eq(pe_tree_expire(&tree, 300, 7), 4);
	ck_assert_uint_eq(pe_tree_expire(&tree, 300, 7), 0);
	ck_assert_uint_eq(inner.carved + leaf.carved, pages);
	for (uint64_t lap = 1; lap <= 4; lap++) {
		ck_assert_int_eq(pe_tree_find_in(&tree, lap, 300, &entry), 0);
		ck_assert_uint_eq(entry, 7 | PE_TREE_EXPIRED);
	}
}
END_TEST

START_TEST(tree_2_expire_does_not_touch_another_process_instance)
{
	pe_tree_store(&tree, 300, 7);
	pe_tree_begin(&tree, 2);
	pe_tree_store(&tree, 300, 8);
	ck_assert_uint_eq(pe_tree_expire(&tree, 300, 7), 1);
	ck_assert_uint_eq(pe_tree_find(&tree, 300), 8);
}
END_TEST

START_TEST(relearned_is_not_stale_until_a_new_birth_expires)
{
	pe_tree_store(&tree, 300, 7);
	ck_assert(!pe_tree_relearn(&tree, 300));
	pe_tree_expire(&tree, 300, 7);
	ck_assert(pe_tree_stale(pe_tree_find(&tree, 300)));
	ck_assert(pe_tree_relearn(&tree, 300));
	ck_assert(!pe_tree_stale(pe_tree_find(&tree, 300)));
	ck_assert(!pe_tree_relearn(&tree, 300));
	pe_tree_store(&tree, 300, 8);
	ck_assert_uint_eq(pe_tree_find(&tree, 300), 8);
	pe_tree_expire(&tree, 300, 8);
	ck_assert(pe_tree_stale(pe_tree_find(&tree, 300)));
}
END_TEST

START_TEST(tree_7_current_and_previous_stay)
{
	uint32_t entry;

	for (uint64_t lap = 2; lap <= 9; lap++) {
		pe_tree_store(&tree, 300, (uint32_t)lap - 1);
		pe_tree_begin(&tree, lap);
	}
	ck_assert_uint_eq(pe_tree_retire(&tree, 100), 2);
	ck_assert_int_eq(pe_tree_find_in(&tree, 9, 300, &entry), 0);
	ck_assert_int_eq(pe_tree_find_in(&tree, 8, 300, &entry), 0);
	ck_assert_uint_eq(entry, 8);
	ck_assert_int_eq(pe_tree_find_in(&tree, 7, 300, &entry), -ESTALE);
}
END_TEST

START_TEST(tree_8_memory_refused_changes_nothing)
{
	pe_tree_store(&tree, 300, 7);
	pe_tree_begin(&tree, 2);
	for (uint32_t spare = 0; spare < 3; spare++) {
		inner.limit = inner.carved + spare;
		leaf.limit = leaf.carved;
		ck_assert_int_eq(pe_tree_store(&tree, 300, 8), -ENOMEM);
		ck_assert_uint_eq(pe_tree_find(&tree, 300), 7);
	}
	ck_assert_uint_eq(pe_tree_expire(&tree, 300, 7), 1);
	ck_assert(pe_tree_stale(pe_tree_find(&tree, 300)));
}
END_TEST

START_TEST(pids_out_of_range)
{
	uint32_t entry;

	ck_assert_int_eq(pe_tree_store(&tree, PE_TREE_PIDS, 7), -ERANGE);
	ck_assert_int_eq(pe_tree_find_in(&tree, 1, PE_TREE_PIDS, &entry), -ERANGE);
	ck_assert_uint_eq(pe_tree_find(&tree, UINT32_MAX), 0);
	ck_assert_uint_eq(pe_tree_expire(&tree, UINT32_MAX, 7), 0);
	ck_assert(!pe_tree_relearn(&tree, UINT32_MAX));
	ck_assert_int_eq(pe_tree_store(&tree, PE_TREE_PIDS - 1, 7), 0);
	ck_assert_uint_eq(pe_tree_find(&tree, PE_TREE_PIDS - 1), 7);
}
END_TEST

START_TEST(memory_of_10000_consecutive_pids)
{
	for (uint32_t n = 300; n < 10300; n++)
		ck_assert_int_eq(pe_tree_store(&tree, n, n), 0);
	/* with 40 bytes of slot each, the bar of 64 bytes a tracked pid holds */
	ck_assert_uint_le((pe_arena_bytes(&inner) + pe_arena_bytes(&leaf)) / 10000, 5);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tree");
	TCase *c = tcase_create("tree");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, random_operations_agree_with_arrays, 0, 300);
	tcase_add_test(c, tree_1_the_copy_is_linked_in_the_current_epoch_only);
	tcase_add_test(c, tree_1_a_new_epoch_costs_nothing_until_it_is_written);
	tcase_add_test(c, tree_2_expire_reaches_every_epoch_and_allocates_nothing);
	tcase_add_test(c, tree_2_expire_does_not_touch_another_process_instance);
	tcase_add_test(c, relearned_is_not_stale_until_a_new_birth_expires);
	tcase_add_test(c, tree_7_current_and_previous_stay);
	tcase_add_test(c, tree_8_memory_refused_changes_nothing);
	tcase_add_test(c, pids_out_of_range);
	tcase_add_test(c, memory_of_10000_consecutive_pids);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
