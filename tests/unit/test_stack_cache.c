/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stack_cache: which stacks are found again. The rules are in stack_cache.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/unwind/stack_cache.h"

#define MODULES UINT64_C(77)

static struct pe_memory memory;
static volatile uint64_t on_stack[2];
static struct pe_registers registers;
static struct pe_stack_words words;
static struct pe_stack_result result;

static void setup(void)
{
	ck_assert_int_eq(pe_memory_open(&memory, "/proc/", getpid()), 0);
	on_stack[0] = 1;
	on_stack[1] = 2;
	memset(&registers, 0, sizeof(registers));
	pe_registers_set(&registers, 7, 4096);
	memset(&words, 0, sizeof(words));
	words.count = 2;
	for (uint32_t i = 0; i < 2; i++) {
		words.word[i].at = (uintptr_t)&on_stack[i];
		words.word[i].value = on_stack[i];
	}
	result = (struct pe_stack_result){ .end = PE_STACK_END_WHOLE, .modules = MODULES };
	result.stack.depth = 1;
	result.stack.frame[0] = 4711;
}

static void teardown(void)
{
	pe_memory_close(&memory);
}

static bool is_found(void)
{
	const struct pe_stack_result *r = pe_stack_cache_find(&memory, &registers, MODULES);

	return r && r->stack.depth == 1 && r->stack.frame[0] == 4711;
}

START_TEST(stack_cache_1_the_same_registers_modules_and_words)
{
	ck_assert(!is_found());
	pe_stack_cache_keep(&registers, &words, &result);
	ck_assert(is_found());
}
END_TEST

START_TEST(stack_cache_1_another_word)
{
	pe_stack_cache_keep(&registers, &words, &result);
	on_stack[1] = 3;
	ck_assert(!is_found());
	on_stack[1] = 2;
	ck_assert(is_found());
}
END_TEST

START_TEST(stack_cache_1_a_word_that_cannot_be_read)
{
	words.word[1].at = 8;
	pe_stack_cache_keep(&registers, &words, &result);
	ck_assert(!is_found());
}
END_TEST

START_TEST(stack_cache_1_another_register)
{
	pe_stack_cache_keep(&registers, &words, &result);
	pe_registers_set(&registers, 7, 4104);
	ck_assert(!is_found());
}
END_TEST

START_TEST(stack_cache_1_other_modules)
{
	pe_stack_cache_keep(&registers, &words, &result);
	ck_assert_ptr_null(pe_stack_cache_find(&memory, &registers, MODULES + 2));
	ck_assert_ptr_null(pe_stack_cache_find(&memory, &registers, 0));
}
END_TEST

START_TEST(stack_cache_2_too_many_words_or_no_end)
{
	words.count = PE_STACK_WORDS + 1;
	pe_stack_cache_keep(&registers, &words, &result);
	words.count = 2;
	result.end = PE_STACK_END_LIMIT;
	pe_stack_cache_keep(&registers, &words, &result);
	ck_assert(!is_found());
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stack_cache");
	TCase *c = tcase_create("stacks");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, stack_cache_1_the_same_registers_modules_and_words);
	tcase_add_test(c, stack_cache_1_another_word);
	tcase_add_test(c, stack_cache_1_a_word_that_cannot_be_read);
	tcase_add_test(c, stack_cache_1_another_register);
	tcase_add_test(c, stack_cache_1_other_modules);
	tcase_add_test(c, stack_cache_2_too_many_words_or_no_end);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
