/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* environ: the environment that a re-executed program gets. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../support/environ_state.h"

static const struct pe_loadable shell = { .path = NULL };

/* environ.2: the environment given to exec, without the added entry, is @envp. */
static void make(char *const *envp)
{
	char *in_program[4096];
	size_t n = 0;

	pe_environ_make(&made, NULL, envp, &shell);
	if (!made.envp)
		return;
	for (; made.envp[n]; n++)
		in_program[n] = made.envp[n];
	in_program[n] = NULL;
	pe_preload_hide(in_program, false);
	for (n = 0; in_program[n]; n++)
		ck_assert_ptr_eq(in_program[n], envp[n]);
	ck_assert(!envp || !envp[n]);
}

START_TEST(a_cleared_environment_gets_the_library)
{
	char *const empty[] = { NULL };

	make(empty);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
	ck_assert_str_eq(value("PIDEPOCH_ON_STALE"), "report");
	make(NULL);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
}
END_TEST

START_TEST(an_environment_that_has_the_library_is_not_changed)
{
	char *const has[] = { TEXT("A=b"), TEXT("LD_PRELOAD=/x.so:/a/libpidepoch-preload.so"),
			      NULL };

	make(has);
	ck_assert_ptr_eq(made.envp, has);
}
END_TEST

START_TEST(another_preload_is_kept_behind_the_library)
{
	char *const has[] = { TEXT("A=b"), TEXT("LD_PRELOAD=/x.so"),
			      TEXT("PIDEPOCH_ON_STALE=abort"), TEXT("C=d"), NULL };

	make(has);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so:/x.so");
	ck_assert_str_eq(value("PIDEPOCH_ON_STALE"), "abort");
	ck_assert_str_eq(value("A"), "b");
	ck_assert_str_eq(value("C"), "d");
	ck_assert_str_eq(has[1], "LD_PRELOAD=/x.so"); /* the caller's own is untouched */
}
END_TEST

START_TEST(another_copy_of_the_library_suffices_and_a_namesake_does_not)
{
	static const struct {
		const char *preload;
		const char *becomes; /* NULL: used as it is */
	} rows[] = {
		{ "LD_PRELOAD=libpidepoch-preload.so", NULL },
		{ "LD_PRELOAD=/other/libpidepoch-preload.so:/x.so", NULL },
		{ "LD_PRELOAD=/x.so /other/libpidepoch-preload.so", NULL },
		{ "LD_PRELOAD=/x/notlibpidepoch-preload.so",
		  "/a/libpidepoch-preload.so:/x/notlibpidepoch-preload.so" },
		{ "LD_PRELOAD=/x/libpidepoch-preload.so.bak",
		  "/a/libpidepoch-preload.so:/x/libpidepoch-preload.so.bak" },
		{ "LD_PRELOAD=/libpidepoch-preload.so/x",
		  "/a/libpidepoch-preload.so:/libpidepoch-preload.so/x" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *const has[] = { TEXT(rows[i].preload), NULL };

		make(has);
		if (rows[i].becomes)
			ck_assert_str_eq(value("LD_PRELOAD"), rows[i].becomes);
		else
			ck_assert_ptr_eq(made.envp, has);
	}
}
END_TEST

/* Of two, the loader takes the last. */
START_TEST(LD_PRELOAD_twice)
{
	char *const last_has_it[] = { TEXT("LD_PRELOAD=/x.so"),
				      TEXT("LD_PRELOAD=/a/libpidepoch-preload.so"), NULL };
	char *const first_has_it[] = { TEXT("LD_PRELOAD=/a/libpidepoch-preload.so"),
				       TEXT("LD_PRELOAD=/x.so"), NULL };

	make(last_has_it);
	ck_assert_ptr_eq(made.envp, last_has_it);
	make(first_has_it);
	ck_assert_ptr_eq(made.envp[0], first_has_it[0]);
	ck_assert_ptr_eq(made.envp[1], first_has_it[1]);
	ck_assert_str_eq(made.envp[2], "PIDEPOCH_RESTORED=");
	ck_assert_str_eq(made.envp[3], "LD_PRELOAD=/a/libpidepoch-preload.so:/x.so");
	ck_assert_str_eq(made.envp[4], "PIDEPOCH_ON_STALE=report");
	ck_assert_ptr_null(made.envp[5]);
}
END_TEST

START_TEST(other_entries_stay_as_they_are)
{
	char *const has[] = { TEXT("A=1"),
			      TEXT("A=2"),
			      TEXT("no sign"),
			      TEXT(""),
			      TEXT("=x"),
			      TEXT("PIDEPOCH_ON_STALENESS=z"),
			      TEXT("LD_PRELOA=D"),
			      TEXT("LD_PRELOAD"),
			      NULL };

	make(has);
	for (int i = 0; i < 8; i++)
		ck_assert_ptr_eq(made.envp[i], has[i]);
	ck_assert_str_eq(made.envp[8], "PIDEPOCH_RESTORED=");
	ck_assert_str_eq(made.envp[9], ours[0]);
	ck_assert_str_eq(made.envp[10], ours[1]);
	ck_assert_ptr_null(made.envp[11]);
}
END_TEST

START_TEST(a_library_of_another_name_is_not_added)
{
	char *const empty[] = { NULL };
	const char *first = ours[0];

	ours[0] = "PIDEPOCH_ON_STALE=report";
	make(empty);
	ck_assert_ptr_eq(made.envp, empty);
	ours[0] = first;
}
END_TEST

/* with the library's entry: exactly the bytes that fit, and one more */
START_TEST(a_long_preload_is_kept_whole)
{
	static char preload[4 * PE_ENVIRON_TEXT];
	size_t fits = PE_ENVIRON_TEXT - strlen(ours[0]) - 2;
	const size_t lengths[] = { fits, fits + 1, sizeof(preload) - 1 };

	for (int i = 0; i < 3; i++) {
		char *const has[] = { TEXT("A=b"), preload, NULL };
		char expected[5 * PE_ENVIRON_TEXT];

		memset(preload, 'x', sizeof(preload));
		memcpy(preload, "LD_PRELOAD=/", 12);
		preload[lengths[i]] = '\0';
		snprintf(expected, sizeof(expected), "/a/libpidepoch-preload.so:%s", preload + 11);
		make(has);
		ck_assert_str_eq(value("LD_PRELOAD"), expected);
		ck_assert_str_eq(value("A"), "b");
		ck_assert_int_eq(made.mapped != 0, i > 0);
		pe_environ_done(&made);
	}
}
END_TEST

START_TEST(an_empty_preload_is_filled)
{
	char *const has[] = { TEXT("LD_PRELOAD="), NULL };

	make(has);
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
}
END_TEST

START_TEST(without_preload_nothing_is_added)
{
	char *const empty[] = { NULL };
	const char *first = ours[0];

	ours[0] = NULL;
	make(empty);
	ck_assert_ptr_eq(made.envp, empty);
	ours[0] = first;
}
END_TEST

static bool is_mapped(void *pages)
{
	unsigned char there[16];

	return mincore(pages, 1, there) == 0;
}

/* The parent frees what a vfork child has left, whether executed or killed; what the child has
 * freed itself is not freed again. */
START_TEST(pages_of_a_vfork_child)
{
	static char preload[4 * PE_ENVIRON_TEXT];
	char *const has[] = { preload, NULL };

	memset(preload, 'x', sizeof(preload) - 1);
	memcpy(preload, "LD_PRELOAD=/", 12);
	make(has);
	pe_environ_vforked();
	ck_assert(is_mapped(made.pages)); /* of no vfork child */
	pe_environ_done(&made);
	vfork_depth = 1;
	make(has);
	ck_assert(is_mapped(made.pages));
	pe_environ_vforked();
	ck_assert(!is_mapped(made.pages));
	make(has);
	pe_environ_done(&made);
	ck_assert(!is_mapped(made.pages));
	ck_assert_ptr_eq(made.pages, mmap(made.pages, made.mapped, PROT_READ,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	pe_environ_vforked();
	ck_assert(is_mapped(made.pages));
	munmap(made.pages, made.mapped);
	vfork_depth = 0;
}
END_TEST

START_TEST(more_entries_than_fit_on_the_stack)
{
	static char text[3000][32];
	static char *big[3001];

	for (int i = 0; i < 3000; i++) {
		snprintf(text[i], sizeof(text[i]), "V%d=%d", i, i);
		big[i] = text[i];
	}
	make(big);
	ck_assert_uint_ne(made.mapped, 0);
	ck_assert_str_eq(value("V2999"), "2999");
	ck_assert_str_eq(value("LD_PRELOAD"), "/a/libpidepoch-preload.so");
	pe_environ_done(&made);
}
END_TEST

/* The last one that fits and the first that does not: theirs, the marker, our two, and the end. */
START_TEST(as_many_entries_as_fit_on_the_stack)
{
	static char *many[PE_ENVIRON_ROOM];

	for (unsigned int count = PE_ENVIRON_ROOM - 4; count <= PE_ENVIRON_ROOM - 3; count++) {
		for (unsigned int i = 0; i < count; i++)
			many[i] = TEXT("A=b");
		many[count] = NULL;
		make(many);
		ck_assert_int_eq(made.mapped != 0, count == PE_ENVIRON_ROOM - 3);
		ck_assert_str_eq(made.envp[count + 1], ours[0]);
		ck_assert_str_eq(made.envp[count + 2], ours[1]);
		ck_assert_ptr_null(made.envp[count + 3]);
		pe_environ_done(&made);
	}
}
END_TEST

START_TEST(without_memory_the_callers_environment_is_used)
{
	static char *many[PE_ENVIRON_ROOM + 1];
	struct rlimit before, none;

	for (unsigned int i = 0; i < PE_ENVIRON_ROOM; i++)
		many[i] = TEXT("A=b");
	getrlimit(RLIMIT_AS, &before);
	none = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_AS, &none);
	make(many);
	pe_environ_done(&made);
	setrlimit(RLIMIT_AS, &before);
	ck_assert_ptr_eq(made.envp, many);
	ck_assert_uint_eq(made.mapped, 0);
}
END_TEST

START_TEST(environ_3_nothing_is_added_for_a_program_that_cannot_load_it_or_under_seccomp)
{
	const struct pe_loadable none = { .dir = AT_FDCWD, .path = "/dev/null" };
	char *const empty[] = { NULL };
	char path[] = "/tmp/pidepoch-environ-XXXXXX";
	struct pe_loadable program = { .dir = AT_FDCWD, .path = path };
	int fd = mkstemp(path);

	ck_assert_int_eq(fchmod(fd, 04755), 0);
	pe_environ_make(&made, NULL, empty, &program);
	ck_assert_ptr_eq(made.envp, empty);
	unlink(path);
	pe_environ_make(&made, NULL, empty, &none);
	ck_assert_ptr_ne(made.envp, empty);
	disabled = true;
	pe_environ_make(&made, NULL, empty, &none);
	ck_assert_ptr_eq(made.envp, empty);
	disabled = false;
}
END_TEST

START_TEST(added_entries_are_erased_and_later_ones_stay)
{
	char a[] = "A=b", marker[] = "PIDEPOCH_RESTORED=", preload[] = "LD_PRELOAD=/x",
	     log[] = "PIDEPOCH_LOG=/l", later[] = "LATER=1", own[] = "PIDEPOCH_LOG=/own";
	char *envp[] = { own, a, marker, preload, log, later, NULL };

	pe_preload_hide(envp, true);
	ck_assert_ptr_eq(envp[0], own);
	ck_assert_ptr_eq(envp[1], a);
	ck_assert_ptr_eq(envp[2], later);
	for (int i = 3; i < 6; i++)
		ck_assert_ptr_null(envp[i]);
	ck_assert_str_eq(own, "PIDEPOCH_LOG=/own");
	ck_assert(!*marker && !preload[5] && !log[10]);
	pe_preload_hide(envp, true); /* nothing to take out */
	ck_assert_ptr_eq(envp[2], later);
}
END_TEST

/* Other threads change the environment while a shell runs. */
START_TEST(a_lent_environment_is_taken_back_with_its_changes)
{
	static char a[] = "A=1", b[] = "B=2", c[] = "C=3";
	char *own[] = { a, b, c, NULL };
	struct pe_environ e;

	environ = own;
	pe_environ_lend(&e);
	ck_assert_str_eq(getenv("LD_PRELOAD"), "/a/libpidepoch-preload.so");
	unsetenv("A");
	environ[1] = a; /* C is replaced */
	pe_environ_take_back(&e);
	ck_assert_ptr_eq(environ, own);
	ck_assert_ptr_eq(own[0], b);
	ck_assert_ptr_eq(own[1], a);
	ck_assert_ptr_null(own[2]);

	pe_environ_lend(&e);
	setenv("NEW", "4", 1); /* libc copies the array */
	pe_environ_take_back(&e);
	ck_assert_str_eq(getenv("NEW"), "4");
	ck_assert_str_eq(getenv("B"), "2");
	ck_assert_ptr_null(getenv("LD_PRELOAD"));
	ck_assert_ptr_null(getenv("PIDEPOCH_ON_STALE"));

	environ = NULL;
	pe_environ_lend(&e);
	ck_assert_ptr_nonnull(environ);
	pe_environ_take_back(&e);
	ck_assert_ptr_null(environ);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("environ");
	TCase *t = tcase_create("environments");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(t, a_cleared_environment_gets_the_library);
	tcase_add_test(t, an_environment_that_has_the_library_is_not_changed);
	tcase_add_test(t, another_preload_is_kept_behind_the_library);
	tcase_add_test(t, another_copy_of_the_library_suffices_and_a_namesake_does_not);
	tcase_add_test(t, LD_PRELOAD_twice);
	tcase_add_test(t, other_entries_stay_as_they_are);
	tcase_add_test(t, a_library_of_another_name_is_not_added);
	tcase_add_test(t, a_long_preload_is_kept_whole);
	tcase_add_test(t, an_empty_preload_is_filled);
	tcase_add_test(t, without_preload_nothing_is_added);
	tcase_add_test(t, pages_of_a_vfork_child);
	tcase_add_test(t, more_entries_than_fit_on_the_stack);
	tcase_add_test(t, as_many_entries_as_fit_on_the_stack);
	tcase_add_test(t, without_memory_the_callers_environment_is_used);
	tcase_add_test(
		t, environ_3_nothing_is_added_for_a_program_that_cannot_load_it_or_under_seccomp);
	tcase_add_test(t, added_entries_are_erased_and_later_ones_stay);
	tcase_add_test(t, a_lent_environment_is_taken_back_with_its_changes);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
