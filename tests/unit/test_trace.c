/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trace: stacks kept once each, marks beside slots. Rules are those of core/stack/trace.h. */
#include "../support/host.h"

#include <string.h>

#include "core/stack/trace.h"
#include "../support/unwinding.h"

static volatile int sink;

__attribute__((noinline)) static uint32_t take(struct pe_trace *t)
{
	uint32_t name = pe_trace_take(t);

	sink++;
	return name;
}

START_TEST(one_place_is_one_stack)
{
	struct pe_trace *t = pe_trace_make(&unwinding);
	uint32_t names[3];

	ck_assert_ptr_nonnull(t);
	for (volatile int i = 0; i < 3; i++)
		names[i] = take(t);
	ck_assert_uint_ne(names[0], 0);
	ck_assert_uint_eq(names[1], names[0]);
	ck_assert_uint_eq(names[2], names[0]);
	ck_assert_uint_ne(take(t), names[0]); /* another place */
	ck_assert_uint_gt(pe_trace_stack(t, names[0])->depth, 2);
	ck_assert_uint_le(pe_trace_stack(t, names[0])->depth, PE_TRACE_DEPTH);
}
END_TEST

START_TEST(trace_5_a_recorded_stack_is_found_without_a_write)
{
	struct pe_trace *t = pe_trace_make(&unwinding), *before = malloc(sizeof(*t));

	for (volatile int i = 0; i < 2; i++) {
		memcpy(before, t, sizeof(*t));
		take(t);
	}
	ck_assert_mem_eq(before, t, sizeof(*t));
	free(before);
}
END_TEST

/* as many frames as bits of @n say: each pid is another stack */
__attribute__((noinline)) static uint32_t take_by(struct pe_trace *t, unsigned int n)
{
	uint32_t name;

	if (n < 2)
		name = pe_trace_take(t);
	else if (n & 1)
		name = take_by(t, n >> 1);
	else
		name = take_by(t, n >> 1);
	sink++;
	return name;
}

START_TEST(trace_2_a_full_table_records_no_stack_and_does_no_harm)
{
	struct pe_trace *t = pe_trace_make(&unwinding);
	uint32_t names[4];

	/* no room after the first one */
	for (volatile int i = 0; i < 4; i++) {
		names[i] = take_by(t, i == 1 ? 9 : 5);
		atomic_store(&t->used, PE_TRACE_STACKS);
	}
	ck_assert_uint_ne(names[0], 0);
	ck_assert_uint_eq(names[1], 0);
	ck_assert_uint_eq(names[2], names[0]);
	ck_assert_uint_eq(names[3], names[0]);
	ck_assert_ptr_null(pe_trace_stack(t, 0));
	ck_assert_ptr_null(pe_trace_stack(t, PE_TRACE_STACKS + 1));
}
END_TEST

START_TEST(trace_2_marks_are_bounded)
{
	struct pe_trace *t = pe_trace_make(&unwinding);

	pe_trace_mark_born(t, PE_TRACE_MARKS - 1, 5, 6);
	pe_trace_mark_released(t, PE_TRACE_MARKS - 1, 7, 8);
	pe_trace_mark_born(t, PE_TRACE_MARKS, 5, 6);
	pe_trace_mark_released(t, UINT32_MAX, 5, 6);
	ck_assert_uint_eq(t->mark[PE_TRACE_MARKS - 1].born.stack, 5);
	ck_assert_uint_eq(t->mark[PE_TRACE_MARKS - 1].released.tid, 8);
	ck_assert_uint_eq(t->stack[0].depth, 0);
}
END_TEST

START_TEST(a_new_process_instance_clears_the_release)
{
	struct pe_trace *t = pe_trace_make(&unwinding);

	pe_trace_mark_released(t, 3, 7, 8);
	pe_trace_mark_born(t, 3, 5, 6);
	ck_assert_uint_eq(t->mark[3].released.stack, 0);
	ck_assert_uint_eq(t->mark[3].released.tid, 0);
}
END_TEST

static void note(struct pe_trace *t, uint32_t pid, uint32_t early_reaps)
{
	const struct pe_trace_early_reap s = {
		.pid = pid,
		.stack = pid + 1000,
		.tid = pid + 2000,
		.early_reaps = early_reaps,
		.by = PE_CALL_WAIT3,
		.any = true,
	};

	pe_trace_note_early_reap(t, &s);
}

START_TEST(trace_6_a_reap_noted_separately_is_found_once)
{
	struct pe_trace *t = pe_trace_make(&unwinding);
	struct pe_trace_early_reap s = { 0 };

	ck_assert(!pe_trace_take_early_reap(t, 500, 0, &s));
	note(t, 500, 3);
	ck_assert(!pe_trace_take_early_reap(t, 501, 3, &s));
	ck_assert(pe_trace_take_early_reap(t, 500, 3, &s));
	ck_assert_uint_eq(s.pid, 500);
	ck_assert_uint_eq(s.stack, 1500);
	ck_assert_uint_eq(s.tid, 2500);
	ck_assert_uint_eq(s.by, PE_CALL_WAIT3);
	ck_assert(s.any);
	ck_assert(!pe_trace_take_early_reap(t, 500, 3, &s)); /* forgotten */
}
END_TEST

/* An earlier reap of the same pid is another child's; the count may have wrapped. */
START_TEST(trace_6_an_older_note_is_not_found)
{
	struct pe_trace *t = pe_trace_make(&unwinding);
	struct pe_trace_early_reap s;

	note(t, 500, 3);
	ck_assert(!pe_trace_take_early_reap(t, 500, 4, &s));
	note(t, 500, 6);
	ck_assert(pe_trace_take_early_reap(t, 500, 4, &s));
	ck_assert_uint_eq(s.early_reaps, 6);
	note(t, 501, UINT32_MAX);
	ck_assert(!pe_trace_take_early_reap(t, 501, 0, &s));
	note(t, 502, 1);
	ck_assert(pe_trace_take_early_reap(t, 502, UINT32_MAX - 1, &s));
}
END_TEST

START_TEST(trace_6_the_last_notes_are_kept)
{
	struct pe_trace *t = pe_trace_make(&unwinding);
	struct pe_trace_early_reap s;

	for (uint32_t i = 0; i <= PE_TRACE_EARLY_REAPS; i++)
		note(t, 500 + i, i);
	ck_assert(!pe_trace_take_early_reap(t, 500, 0, &s));
	for (uint32_t i = 1; i <= PE_TRACE_EARLY_REAPS; i++)
		ck_assert(pe_trace_take_early_reap(t, 500 + i, 0, &s));
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("stacks");

	tcase_add_test(c, one_place_is_one_stack);
	tcase_add_test(c, trace_5_a_recorded_stack_is_found_without_a_write);
	tcase_add_test(c, trace_2_a_full_table_records_no_stack_and_does_no_harm);
	tcase_add_test(c, trace_2_marks_are_bounded);
	tcase_add_test(c, a_new_process_instance_clears_the_release);
	tcase_add_test(c, trace_6_a_reap_noted_separately_is_found_once);
	tcase_add_test(c, trace_6_an_older_note_is_not_found);
	tcase_add_test(c, trace_6_the_last_notes_are_kept);
	return run_case("trace", c);
}
