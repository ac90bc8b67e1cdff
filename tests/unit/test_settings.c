/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* settings: each variable, right and wrong. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/program_name.h"
#include "lib/settings.h"

static struct pe_settings set;
static struct pe_kept kept;
static char said[8192];

/* Reads the settings; the output on descriptor 2 is in `said`. */
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
	pe_settings_read(&set, &kept, NULL);
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

/* program_name.1: the arguments, and the name of the program */
START_TEST(names_of_programs)
{
	static const struct {
		const char *wanted, *name;
		const char *argv[5];
	} all[] = {
		{ "bash nightly.sh", "bash", { "/bin/bash", "./nightly.sh", "x" } },
		{ "bash nightly.sh", "bash", { "bash", "-u", "a/nightly.sh" } },
		{ "bash -x", "bash", { "bash", "--", "-x" } },
		{ "bash", "bash", { "bash", "-c", "kill 1", "x" } },
		{ "bash", "bash", { "bash" } },
		{ "bash", "bash", { "bash", "-" } },
		{ "bash", "bash", { NULL } },
		{ "bash dir/", "bash", { "bash", "dir/" } },
		{ "python3.11 a.py", "python3.11", { "python3.11", "-u", "/x/a.py" } },
		{ "python3 http.server", "python3", { "python3", "-m", "http.server" } },
		{ "perl", "perl", { "perl", "-e", "kill 9, 307" } },
		{ "sshd", "sshd", { "sshd", "file" } },
		{ "shx", "shx", { "shx", "file" } },
		{ "kill", "kill", { "kill", "307" } },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char text[64];
		struct pe_text t = pe_text_on(text, sizeof(text));

		pe_program_name(&t, all[i].name, (char *const *)all[i].argv);
		ck_assert_str_eq(pe_text_end(&t), all[i].wanted);
	}
}
END_TEST

START_TEST(no_variable_is_set)
{
	read_settings();
	ck_assert_int_eq(set.policy, PE_POLICY_REFUSE);
	ck_assert_int_eq(set.stale_errno, ESRCH);
	ck_assert(!set.trusted);
	ck_assert_ptr_null(set.log);
	ck_assert_ptr_null(set.events);
	ck_assert(!set.stacks);
	ck_assert_int_eq(set.parent, getppid());
	ck_assert_ptr_null(kept.setting[0]);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(all_variables_are_set)
{
	setenv("PIDEPOCH_ON_STALE", "report", 1);
	setenv("PIDEPOCH_ERRNO", "EEPOCH", 1);
	setenv("PIDEPOCH_LOG", "/tmp/some log", 1);
	setenv("PIDEPOCH_EVENTS", "/tmp/events", 1);
	setenv("PIDEPOCH_TRUST", "nobody:*test_settings*", 1);
	setenv("PIDEPOCH_FORCE_OLD", "rseq,pidfd", 1);
	read_settings();
	ck_assert_int_eq(set.policy, PE_POLICY_REPORT);
	ck_assert_int_eq(set.stale_errno, PE_EEPOCH);
	ck_assert_str_eq(set.log, "/tmp/some log");
	ck_assert_str_eq(set.events, "/tmp/events");
	ck_assert(set.stacks);
	ck_assert(set.trusted);
	ck_assert_uint_eq(set.force_old, PE_OLD_RSEQ | PE_OLD_PIDFD);
	ck_assert_str_eq(said, "");
	/* later changes of the environment by the program have no effect */
	setenv("PIDEPOCH_LOG", "/elsewhere", 1);
	clearenv();
	ck_assert_str_eq(set.log, "/tmp/some log");
}
END_TEST

START_TEST(levels)
{
	static const char *const names[] = { "off", "warn-once", "warn", "report" };

	setenv("PIDEPOCH_ON_STALE", names[_i], 1);
	read_settings();
	ck_assert_int_eq(set.trusted, _i == 0);
	ck_assert_int_eq(set.once, _i == 1);
	ck_assert_int_eq(set.stacks, _i != 0);
}
END_TEST

START_TEST(stacks_follow_the_policy_unless_they_are_set)
{
	static const char *const said_so[] = { NULL, "on", "off" };

	setenv("PIDEPOCH_ON_STALE", _i / 3 ? "report" : "abort", 1);
	if (said_so[_i % 3])
		setenv("PIDEPOCH_STACKS", said_so[_i % 3], 1);
	read_settings();
	ck_assert_int_eq(set.stacks, _i % 3 ? _i % 3 == 1 : _i / 3);
}
END_TEST

/* Each valid value, and some similar ones. */
static const struct {
	const char *name, *value;
	bool wrong;
	enum pe_policy policy;
	int stale_errno;
	uint32_t force_old;
} values[] = {
	{ "PIDEPOCH_ON_STALE", "report", false, PE_POLICY_REPORT, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "refuse", false, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "abort", false, PE_POLICY_ABORT, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "warn", false, PE_POLICY_REPORT, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "warn-once", false, PE_POLICY_REPORT, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "off", false, PE_POLICY_REPORT, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "warn-", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "Report", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", "reports", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_ON_STALE", " abort", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_ERRNO", "ESRCH", false, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_ERRNO", "EEPOCH", false, PE_POLICY_REFUSE, PE_EEPOCH, 0 },
	{ "PIDEPOCH_ERRNO", "3", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_FORCE_OLD", "rseq", false, PE_POLICY_REFUSE, ESRCH, PE_OLD_RSEQ },
	{ "PIDEPOCH_FORCE_OLD", "inode", false, PE_POLICY_REFUSE, ESRCH, PE_OLD_INODE },
	{ "PIDEPOCH_FORCE_OLD", "wipe", false, PE_POLICY_REFUSE, ESRCH, PE_OLD_WIPE },
	{ "PIDEPOCH_FORCE_OLD", "pidfd", false, PE_POLICY_REFUSE, ESRCH, PE_OLD_PIDFD },
	{ "PIDEPOCH_FORCE_OLD", "pidfd,wipe,inode,rseq", false, PE_POLICY_REFUSE, ESRCH,
	  PE_OLD_RSEQ | PE_OLD_INODE | PE_OLD_WIPE | PE_OLD_PIDFD },
	{ "PIDEPOCH_FORCE_OLD",
	  "notify,killable,sync,admin,children,info,births,userns,pid_max,rseq", false,
	  PE_POLICY_REFUSE, ESRCH,
	  PE_OLD_NOTIFY | PE_OLD_KILLABLE | PE_OLD_SYNC | PE_OLD_ADMIN | PE_OLD_CHILDREN |
		  PE_OLD_INFO | PE_OLD_BIRTHS | PE_OLD_USERNS | PE_OLD_PID_MAX | PE_OLD_RSEQ },
	{ "PIDEPOCH_FORCE_OLD", "wipe,rse", true, PE_POLICY_REFUSE, ESRCH, PE_OLD_WIPE },
	{ "PIDEPOCH_FORCE_OLD", "rse,wipe", true, PE_POLICY_REFUSE, ESRCH, PE_OLD_WIPE },
	{ "PIDEPOCH_FORCE_OLD", "rseqs", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_FORCE_OLD", ",", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_LOG", "relative", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_LOG", "./log", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_EVENTS", "relative", true, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_STACKS", "on", false, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_STACKS", "off", false, PE_POLICY_REFUSE, ESRCH, 0 },
	{ "PIDEPOCH_STACKS", "of", true, PE_POLICY_REFUSE, ESRCH, 0 },
};
#define VALUES (sizeof(values) / sizeof(values[0]))

START_TEST(each_value)
{
	char kept_as[128];

	setenv(values[_i].name, values[_i].value, 1);
	read_settings();
	ck_assert_int_eq(set.policy, values[_i].policy);
	ck_assert_int_eq(set.stale_errno, values[_i].stale_errno);
	ck_assert_uint_eq(set.force_old, values[_i].force_old);
	ck_assert_ptr_null(set.log);
	ck_assert_int_eq(lines(), values[_i].wrong);
	if (values[_i].wrong)
		ck_assert_ptr_nonnull(strstr(said, values[_i].name));
	/* valid or not, the program may pass it on: a child may print the same message */
	snprintf(kept_as, sizeof(kept_as), "%s=%s", values[_i].name, values[_i].value);
	ck_assert_str_eq(kept.setting[0], kept_as);
	ck_assert_ptr_null(kept.setting[1]);
}
END_TEST

START_TEST(own_name_and_path)
{
	struct stat st;

	read_settings(); /* with its own pipe as descriptor 2 */
	ck_assert_uint_ne(set.stderr_id[1], 0);
	ck_assert_int_eq(fstat(2, &st), 0);
	ck_assert_uint_ne(set.stderr_id[1], st.st_ino);
	ck_assert_str_eq(set.name, program_invocation_short_name);
	ck_assert_ptr_nonnull((void *)(uintptr_t)set.clock);
	close(2);
	memset(&set, 0, sizeof(set));
	pe_settings_read(&set, &kept, NULL);
	ck_assert_uint_eq(set.stderr_id[0], 0);
	ck_assert_uint_eq(set.stderr_id[1], 0);
}
END_TEST

/* setproctitle() overwrites the arguments that libc's program name points into. */
START_TEST(the_name_outlives_the_arguments)
{
	char *before = program_invocation_short_name,
	     title[] = "daemon: idle, and a long text follows";

	program_invocation_short_name = title;
	read_settings();
	memset(title, 'x', sizeof(title) - 1);
	program_invocation_short_name = before;
	ck_assert_str_eq(set.name, "daemon: idle, and a long text follows");
}
END_TEST

START_TEST(all_kept_strings_are_in_order)
{
	static const char *const order[] = { "LD_PRELOAD",	  "PIDEPOCH_LOG",
					     "PIDEPOCH_ON_STALE", "PIDEPOCH_ERRNO",
					     "PIDEPOCH_TRUST",	  "PIDEPOCH_FORCE_OLD" };
	static const char *const given[] = {
		"/a/libpidepoch-preload.so", "/l", "abort", "ESRCH", "x", "wipe"
	};

	for (int i = 0; i < 6; i++)
		setenv(order[i], given[i], 1);
	read_settings();
	unsetenv("LD_PRELOAD");
	for (int i = 0; i < 6; i++) {
		size_t length = strlen(order[i]);

		ck_assert_int_eq(strncmp(kept.setting[i], order[i], length), 0);
		ck_assert_int_eq(kept.setting[i][length], '=');
		ck_assert_str_eq(kept.setting[i] + length + 1, given[i]);
	}
	ck_assert_ptr_null(kept.setting[6]);
}
END_TEST

START_TEST(LD_PRELOAD_twice_and_the_loader_takes_the_last)
{
	char first[] = "LD_PRELOAD=/x/libpidepoch-preload.so",
	     last[] = "LD_PRELOAD=/y/libpidepoch-preload.so", neither[] = "LD_PRELOAD=/z.so";
	char *two[] = { first, last, NULL }, *overruled[] = { first, neither, NULL };

	environ = two;
	read_settings();
	ck_assert_str_eq(kept.setting[0], last);
	environ = overruled;
	read_settings();
	ck_assert_ptr_null(kept.setting[0]);
	environ = NULL;
	read_settings();
	ck_assert_ptr_null(kept.setting[0]);
}
END_TEST

START_TEST(wrong_values_are_reported_once_each_and_the_default_is_used)
{
	static const char *const names[] = { "PIDEPOCH_ON_STALE", "PIDEPOCH_ERRNO", "PIDEPOCH_LOG",
					     "PIDEPOCH_FORCE_OLD" };

	for (int i = 0; i < 4; i++)
		setenv(names[i], "garbage", 1);
	read_settings();
	ck_assert_int_eq(set.policy, PE_POLICY_REFUSE);
	ck_assert_int_eq(set.stale_errno, ESRCH);
	ck_assert_ptr_null(set.log);
	ck_assert_int_eq(lines(), 4);
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(strstr(said, names[i]));
}
END_TEST

START_TEST(an_empty_variable_is_not_set)
{
	setenv("PIDEPOCH_ON_STALE", "", 1);
	setenv("PIDEPOCH_LOG", "", 1);
	read_settings();
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(set.policy, PE_POLICY_REFUSE);
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

START_TEST(the_librarys_entry_of_LD_PRELOAD_is_kept)
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

/* exactly the bytes that fit, and one more */
START_TEST(the_longest_value_is_kept)
{
	static char path[sizeof(kept.text)];
	size_t most = sizeof(kept.text) - strlen("PIDEPOCH_LOG=") - 1;

	for (size_t more = 0; more <= 1; more++) {
		memset(path, '/', sizeof(path));
		path[most + more] = '\0';
		setenv("PIDEPOCH_LOG", path, 1);
		read_settings();
		ck_assert_int_eq(set.log == NULL, (int)more);
		ck_assert_int_eq(lines(), (int)more);
		if (!more)
			ck_assert_str_eq(set.log, path);
	}
}
END_TEST

START_TEST(a_value_that_is_too_long_is_reported)
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

	tcase_add_test(c, names_of_programs);
	tcase_add_test(c, no_variable_is_set);
	tcase_add_test(c, all_variables_are_set);
	tcase_add_loop_test(c, levels, 0, 4);
	tcase_add_loop_test(c, stacks_follow_the_policy_unless_they_are_set, 0, 6);
	tcase_add_loop_test(c, each_value, 0, VALUES);
	tcase_add_test(c, own_name_and_path);
	tcase_add_test(c, the_name_outlives_the_arguments);
	tcase_add_test(c, all_kept_strings_are_in_order);
	tcase_add_test(c, LD_PRELOAD_twice_and_the_loader_takes_the_last);
	tcase_add_test(c, wrong_values_are_reported_once_each_and_the_default_is_used);
	tcase_add_test(c, an_empty_variable_is_not_set);
	tcase_add_test(c, trust_is_for_the_name_or_the_whole_path);
	tcase_add_test(c, the_librarys_entry_of_LD_PRELOAD_is_kept);
	tcase_add_test(c, the_longest_value_is_kept);
	tcase_add_test(c, a_value_that_is_too_long_is_reported);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
