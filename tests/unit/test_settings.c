/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* settings: each variable, right and wrong. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/settings.h"

static struct pe_settings set;
static struct pe_kept kept;
static char said[8192];

/* Reads the settings; what is said on descriptor 2 is in `said`. */
static void read_settings(void)
{
	int ends[2], before = dup(2);
	ssize_t n;

	memset(&set, 0, sizeof(set));
	memset(&kept, 0, sizeof(kept));
	ck_assert_int_eq(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	dup2(ends[1], 2);
	errno = 77;
	pe_settings_read(&set, &kept);
	ck_assert_int_eq(errno, 77);
	dup2(before, 2);
	n = read(ends[0], said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	close(ends[1]);
	close(before);
}

static int lines(void)
{
	int n = 0;

	for (const char *s = said; *s; s++)
		n += *s == '\n';
	return n;
}

START_TEST(nothing_set)
{
	read_settings();
	ck_assert_int_eq(set.policy, PE_STALE_REFUSE);
	ck_assert_int_eq(set.stale_errno, ESRCH);
	ck_assert(!set.trusted);
	ck_assert_ptr_null(set.log);
	ck_assert_ptr_null(kept.setting[0]);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(everything_set)
{
	setenv("PIDEPOCH_ON_STALE", "report", 1);
	setenv("PIDEPOCH_ERRNO", "EEPOCH", 1);
	setenv("PIDEPOCH_LOG", "/tmp/some log", 1);
	setenv("PIDEPOCH_TRUST", "nobody:*test_settings*", 1);
	setenv("PIDEPOCH_FORCE_OLD", "rseq,pidfd", 1);
	read_settings();
	ck_assert_int_eq(set.policy, PE_STALE_REPORT);
	ck_assert_int_eq(set.stale_errno, PE_EEPOCH);
	ck_assert_str_eq(set.log, "/tmp/some log");
	ck_assert(set.trusted);
	ck_assert_uint_eq(set.force_old, PE_OLD_RSEQ | PE_OLD_PIDFD);
	ck_assert_str_eq(said, "");
	/* what the program does to its environment afterwards is its own affair */
	setenv("PIDEPOCH_LOG", "/elsewhere", 1);
	clearenv();
	ck_assert_str_eq(set.log, "/tmp/some log");
}
END_TEST

START_TEST(wrong_values_are_said_once_each_and_the_default_stands)
{
	static const char *const names[] = { "PIDEPOCH_ON_STALE", "PIDEPOCH_ERRNO", "PIDEPOCH_LOG",
					     "PIDEPOCH_FORCE_OLD" };

	for (int i = 0; i < 4; i++)
		setenv(names[i], "garbage", 1);
	read_settings();
	ck_assert_int_eq(set.policy, PE_STALE_REFUSE);
	ck_assert_int_eq(set.stale_errno, ESRCH);
	ck_assert_ptr_null(set.log);
	ck_assert_int_eq(lines(), 4);
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(strstr(said, names[i]));
}
END_TEST

START_TEST(empty_is_not_set)
{
	setenv("PIDEPOCH_ON_STALE", "", 1);
	setenv("PIDEPOCH_LOG", "", 1);
	read_settings();
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(set.policy, PE_STALE_REFUSE);
}
END_TEST

START_TEST(trust_is_for_the_name_or_the_whole_path)
{
	static const struct {
		const char *patterns;
		bool trusted;
	} rows[] = {
		{ "bash", false },	   { "*", true },
		{ "test_settings", true }, { "/*/test_settings", true },
		{ "est_settings", false }, { "a:b:*settings", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("PIDEPOCH_TRUST", rows[i].patterns, 1);
		read_settings();
		/* (a wrapper of libtool's runs the program as lt-test_settings) */
		ck_assert_msg(set.trusted == rows[i].trusted, "%s", rows[i].patterns);
	}
}
END_TEST

START_TEST(our_entry_of_LD_PRELOAD_is_kept)
{
	static const char *const rows[][2] = {
		{ "/a/libpidepoch-preload.so", "LD_PRELOAD=/a/libpidepoch-preload.so" },
		{ "libpidepoch-preload.so", "LD_PRELOAD=libpidepoch-preload.so" },
		{ "/x.so:/a/libpidepoch-preload.so:/y.so", "LD_PRELOAD=/a/libpidepoch-preload.so" },
		{ "/x.so /a/libpidepoch-preload.so", "LD_PRELOAD=/a/libpidepoch-preload.so" },
		{ "/x/notlibpidepoch-preload.so", NULL },
		{ "/x.so", NULL },
	};

	for (int i = 0; i < 6; i++) {
		setenv("LD_PRELOAD", rows[i][0], 1);
		read_settings();
		if (rows[i][1])
			ck_assert_str_eq(kept.setting[0], rows[i][1]);
		else
			ck_assert_ptr_null(kept.setting[0]);
	}
	unsetenv("LD_PRELOAD");
}
END_TEST

START_TEST(too_long_is_said)
{
	static char path[20000];

	memset(path, '/', sizeof(path) - 1);
	setenv("PIDEPOCH_LOG", path, 1);
	read_settings();
	ck_assert_ptr_null(set.log);
	ck_assert_ptr_nonnull(strstr(said, "PIDEPOCH_LOG is too long"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("settings");
	TCase *c = tcase_create("variables");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, nothing_set);
	tcase_add_test(c, everything_set);
	tcase_add_test(c, wrong_values_are_said_once_each_and_the_default_stands);
	tcase_add_test(c, empty_is_not_set);
	tcase_add_test(c, trust_is_for_the_name_or_the_whole_path);
	tcase_add_test(c, our_entry_of_LD_PRELOAD_is_kept);
	tcase_add_test(c, too_long_is_said);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
