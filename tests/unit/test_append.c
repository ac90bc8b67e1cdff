/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* append: lines for the files that settings name. Rules are those of core/record/append.h. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/record/append.h"

static char folder[] = "/tmp/pidepoch-append-XXXXXX";
static char path[sizeof(folder) + 8], target[sizeof(folder) + 8];

static void setup(void)
{
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(target, sizeof(target), "%s/other", folder);
}

static void teardown(void)
{
	unlink(path);
	unlink(target);
	rmdir(folder);
}

static mode_t mode_under(mode_t mask)
{
	struct stat st;
	int fd;

	umask(mask);
	fd = pe_append_open(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & (O_APPEND | O_ACCMODE), O_APPEND | O_WRONLY);
	ck_assert_int_eq(fstat(fd, &st), 0);
	close(fd);
	unlink(path);
	return st.st_mode & 07777;
}

START_TEST(append_1_no_link_is_followed_and_no_FIFO_waited_for)
{
	int reader, fd;

	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(pe_append_open(path), -ELOOP);
	ck_assert_int_eq(access(target, F_OK), -1);
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(pe_append_open(path), -ENXIO);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	fd = pe_append_open(path);
	ck_assert_int_ge(fd, 0);
	for (int i = 0; i < 16384; i++) /* more than a pipe holds */
		pe_append_write(fd, folder, sizeof(folder) - 1);
	close(fd);
	close(reader);
}
END_TEST

START_TEST(append_2_the_mode_is_0600_less_the_umask)
{
	ck_assert_int_eq(mode_under(0), 0600);
	ck_assert_int_eq(mode_under(0277), 0400);
}
END_TEST

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

START_TEST(append_3_no_signal_for_a_write_that_fails)
{
	sigset_t before, after; /* the kernel fills the first 64 bits */
	int fd, ends[2];
	struct rlimit limit;

	signal(SIGXFSZ, on_signal);
	signal(SIGPIPE, on_signal);
	sigprocmask(SIG_BLOCK, NULL, &before);
	fd = pe_append_open(path);
	getrlimit(RLIMIT_FSIZE, &limit);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, limit.rlim_max });
	pe_append_write(fd, "x", 1);
	setrlimit(RLIMIT_FSIZE, &limit); /* Check writes to a file at each assertion */
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_ge(fd, 0);
	pe_append_write(ends[1], "x", 1);
	sigprocmask(SIG_BLOCK, NULL, &after);
	ck_assert_int_eq(memcmp(&before, &after, sizeof(uint64_t)), 0);
	ck_assert_int_eq(caught, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("append");
	TCase *c = tcase_create("files");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, append_1_no_link_is_followed_and_no_FIFO_waited_for);
	tcase_add_test(c, append_2_the_mode_is_0600_less_the_umask);
	tcase_add_test(c, append_3_no_signal_for_a_write_that_fails);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
