/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* identity: a process described by /proc/PID/stat, whatever its name holds. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/time/identity.h"

START_TEST(child_is_described_by_its_own_name)
{
	static const char name[] = ") R 1 (\n\x01 x)";
	struct pe_identity_holder who;
	int ready[2], go[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	ck_assert_int_eq(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		prctl(PR_SET_NAME, name);
		_exit(write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1));
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(pe_identity_describe((uint32_t)pid, &who), 0);
	ck_assert_str_eq(who.comm, ") R 1 (?? x)");
	ck_assert_uint_eq(who.ppid, (unsigned int)getpid());
	close(go[1]);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(pe_identity_describe((uint32_t)pid, &who), 0);
	ck_assert_int_eq(who.state, 'Z');
	waitpid(pid, NULL, 0);
}
END_TEST

#define REST " 12 5 5 0 -1 4194304 1 2 3 4 5 6 7 8 20 -5 1 0 987654321 9 9\n"

static const struct {
	const char *text, *comm; /* NULL: refused */
	char state;
	uint32_t ppid;
	uint64_t start;
} stats[] = {
	{ "42 (sleep) S" REST, "sleep", 'S', 12, 987654321 },
	{ "42 () Z" REST, "", 'Z', 12, 987654321 },
	{ "42 (a b) S 7) R" REST, "a b) S 7", 'R', 12, 987654321 },
	{ "42 (() R" REST, "(", 'R', 12, 987654321 },
	{ "42 ()) R" REST, ")", 'R', 12, 987654321 },
	{ "42 (a\tb\x7f\xc3\xa4) S" REST, "a?b???", 'S', 12, 987654321 },
	{ "42 (kworker/u4:1-events_unbound) I" REST, "kworker/u4:1-ev", 'I', 12, 987654321 },
	{ "42 (x) S 0 5 5 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 18446744073709551615", "x", 'S', 0,
	  UINT64_MAX },
	{ "42 (x) S 0 5 5 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 ", NULL, 0, 0, 0 },
	{ "42 (x) S 0 5 5 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 -3", NULL, 0, 0, 0 },
	{ "42 (x) S 1 2 3", NULL, 0, 0, 0 },
	{ "42 (x)", NULL, 0, 0, 0 },
	{ "42 (x", NULL, 0, 0, 0 },
	{ "42 x) S" REST, NULL, 0, 0, 0 },
	{ "42", NULL, 0, 0, 0 },
	{ "(", NULL, 0, 0, 0 },
	{ ")", NULL, 0, 0, 0 },
	{ "", NULL, 0, 0, 0 },
};

START_TEST(stat_is_read_from_its_last_parenthesis)
{
	struct pe_identity_holder who;
	int err = pe_identity_parse(stats[_i].text, strlen(stats[_i].text), &who);

	ck_assert_int_eq(err, stats[_i].comm ? 0 : -EINVAL);
	if (!stats[_i].comm)
		return;
	ck_assert_str_eq(who.comm, stats[_i].comm);
	ck_assert_int_eq(who.state, stats[_i].state);
	ck_assert_uint_eq(who.ppid, stats[_i].ppid);
	ck_assert_uint_eq(who.start, stats[_i].start);
}
END_TEST

/* in memory of exactly that size, so that a sanitizer sees a read beyond it */
START_TEST(stat_may_end_anywhere)
{
	size_t whole = strlen(stats[_i].text);

	for (size_t len = 0; len <= whole; len++) {
		char *part = malloc(len + 1);
		struct pe_identity_holder who;
		char *text = memcpy(part + 1, stats[_i].text, len);

		ck_assert_int_le(pe_identity_parse(text, len, &who), 0);
		free(part);
	}
}
END_TEST

int main(void)
{
	const int stat_count = (int)(sizeof(stats) / sizeof(stats[0]));
	Suite *suite = suite_create("identity_describe");
	TCase *t = tcase_create("describe");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, child_is_described_by_its_own_name);
	tcase_add_loop_test(t, stat_is_read_from_its_last_parenthesis, 0, stat_count);
	tcase_add_loop_test(t, stat_may_end_anywhere, 0, stat_count);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
