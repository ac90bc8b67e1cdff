/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that pe_next_find() finds are those of dlsym(). The rules are in preload/next.h. */
#include <check.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "../../preload/next.h"

static const char names[][PE_NEXT_NAME] = {
	"fork",
	"waitid",
	"execve",
	"read",
	"open64",
	"strlen",
	"errno",
	"no_such_name",
	/* these have an older version, too */
	"posix_spawn",
	"posix_spawnp",
	"dlsym",
	"pthread_kill",
	"pthread_sigmask",
	"realpath",
	"fmemopen",
	"nftw",
	"regexec",
	"sched_setaffinity",
	"pthread_cond_wait",
	"pthread_create",
};

#define COUNT (sizeof(names) / sizeof(names[0]))

static size_t at(const char *name)
{
	size_t i = 0;

	while (i < COUNT && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static const struct link_map *of_program(void)
{
	struct link_map *m = NULL;

	ck_assert_int_eq(dlinfo(dlopen(NULL, RTLD_LAZY), RTLD_DI_LINKMAP, &m), 0);
	return m;
}

static struct pe_next looked(const struct link_map *from)
{
	struct pe_next n = { .name = names, .count = COUNT };

	pe_next_find(from, &n);
	return n;
}

START_TEST(next_2_a_name_is_answered_as_by_dlsym)
{
	struct pe_next n = looked(of_program());
	size_t found = 0;

	for (size_t i = 0; i < COUNT; i++) {
		if (n.left[i])
			continue;
		ck_assert_msg(n.found[i] == dlsym(RTLD_NEXT, names[i]), "%s", names[i]);
		found += n.found[i] != NULL;
	}
	ck_assert_uint_ge(found, 6);
	ck_assert_ptr_null(n.found[at("no_such_name")]);
}
END_TEST

START_TEST(next_2_a_definition_with_a_resolver_is_left_to_dlsym)
{
	struct pe_next n = looked(of_program());

	/* On most processors glibc chooses strlen() by a resolver. */
	ck_assert(n.left[at("strlen")] || n.found[at("strlen")] == dlsym(RTLD_NEXT, "strlen"));
	ck_assert(!n.left[at("fork")]);
}
END_TEST

START_TEST(next_2_a_thread_local_variable_is_left_to_dlsym)
{
	struct pe_next n = looked(of_program());

	ck_assert_ptr_null(n.found[at("errno")]);
}
END_TEST

/* A copy of the list's first element, whose dynamic section the test can change. */
START_TEST(next_2_without_a_hash_table_all_names_are_left)
{
	static ElfW(Dyn) none[] = { { .d_tag = DT_NULL } };
	struct link_map second = *of_program()->l_next, first = *of_program();
	struct pe_next n;

	first.l_next = &second;
	second.l_ld = none;
	n = looked(&first);
	for (size_t i = 0; i < COUNT; i++) {
		ck_assert(n.left[i]);
		ck_assert_ptr_null(n.found[i]);
	}
}
END_TEST

START_TEST(next_2_only_what_is_behind_is_looked_at)
{
	struct pe_next whole = looked(of_program());
	struct link_map last = *of_program();

	for (const struct link_map *m = of_program(); m; m = m->l_next)
		last = *m;
	/* the last one has nothing behind it */
	ck_assert_ptr_null(looked(&last).found[at("fork")]);
	ck_assert(!looked(&last).left[at("fork")]);
	ck_assert_ptr_nonnull(whole.found[at("fork")]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("next");
	TCase *c = tcase_create("names");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, next_2_a_name_is_answered_as_by_dlsym);
	tcase_add_test(c, next_2_a_definition_with_a_resolver_is_left_to_dlsym);
	tcase_add_test(c, next_2_a_thread_local_variable_is_left_to_dlsym);
	tcase_add_test(c, next_2_without_a_hash_table_all_names_are_left);
	tcase_add_test(c, next_2_only_what_is_behind_is_looked_at);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
