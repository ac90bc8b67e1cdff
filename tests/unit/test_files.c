/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* files: what is recorded of opened files; and no file stops or ends the program that uses a
 * pid. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/evidence/files.h"

static struct pe_files files;
static struct pe_files_word latest, accuser;
static char folder[256], path[512];

static void begin(void)
{
	const char *base = getenv("TMPDIR");

	memset(&files, 0, sizeof(files));
	snprintf(folder, sizeof(folder), "%s/files.XXXXXX", base ? base : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *name(const char *file)
{
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return path;
}

static void put(const char *file, const char *text)
{
	FILE *f = fopen(name(file), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* as the program does: open, record, close */
static void program_opens(const char *file)
{
	int fd = open(name(file), O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return;
	pe_files_opened(&files, path, true, fd);
	close(fd);
}

static bool say(uint32_t pid)
{
	return pe_files_may_name(&files, pid) && pe_files_say(&files, pid, &latest, &accuser);
}

/* files.2: lazily, and at once */
START_TEST(remembered)
{
	put("state", "307\n");
	program_opens("state");
	ck_assert(!files.entry[0].count);
	ck_assert(say(307) && accuser.path[0] && !pe_files_has_pid(&files, 307));
	put("x.pid", "308\n");
	program_opens("x.pid");
	ck_assert_int_eq(unlink(name("x.pid")), 0);
	ck_assert(say(308) && accuser.path[0] && pe_files_has_pid(&files, 308));
	ck_assert(!say(309));
}
END_TEST

/* files.2: a hundred other files do not push a pidfile out */
START_TEST(rings)
{
	char file[32];

	put("x.lock", "308\n");
	program_opens("x.lock");
	for (int i = 0; i < 100; i++) {
		snprintf(file, sizeof(file), "other%d", i);
		put(file, i == 99 ? "310\n" : "309\n");
		program_opens(file);
	}
	ck_assert(say(308) && accuser.path[0]);
	ck_assert(say(310));
}
END_TEST

/* files.1, files.4: a file changed after it was opened is younger; a rename changes ctime */
START_TEST(the_stamp)
{
	char to[512];
	int64_t first;

	put("x.pid", "307\n");
	program_opens("x.pid");
	ck_assert(say(307));
	first = latest.stamp;
	do
		put("x.pid", "307\n");
	while (say(307) && latest.stamp == first);
	ck_assert_int_gt(latest.stamp, first);
	first = latest.stamp;
	do {
		snprintf(to, sizeof(to), "%s", name("y.pid"));
		ck_assert_int_eq(rename(name("x.pid"), to), 0);
		ck_assert_int_eq(rename(to, name("x.pid")), 0);
	} while (say(307) && latest.stamp == first);
	ck_assert_int_gt(latest.stamp, first);
}
END_TEST

/* files.7 */
START_TEST(relative)
{
	ck_assert_int_eq(chdir(folder), 0);
	put("state", "307\n");
	pe_files_opened(&files, "state", true, open("state", O_RDONLY));
	pe_files_moving(&files);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert(say(307) && accuser.path[0] == '/');
}
END_TEST

static void be_fifo(void)
{
	ck_assert_int_eq(mkfifo(name("bad.pid"), 0600), 0);
}

static void be_loop(void)
{
	ck_assert_int_eq(symlink("bad.pid", name("bad.pid")), 0);
}

static void be_large(void)
{
	int fd = open(name("bad.pid"), O_CREAT | O_WRONLY, 0600);

	ck_assert_int_eq(write(fd, "307\n", 4), 4);
	ck_assert_int_eq(ftruncate(fd, 10 << 20), 0);
	close(fd);
}

static void be_folder(void)
{
	ck_assert_int_eq(mkdir(name("bad.pid"), 0700), 0);
}

static void be_garbage(void)
{
	put("bad.pid", "\x01\xff 30 7 \x7f");
}

static void be_empty(void)
{
	put("bad.pid", "");
}

static void be_list(void)
{
	put("bad.pid", "307 309\n");
}

static void be_too_great(void)
{
	put("bad.pid", "4194305 99999999999999999307\n");
}

static void (*const bad[])(void) = { be_fifo,	 be_loop,  be_large, be_folder,
				     be_garbage, be_empty, be_list,  be_too_great };
#define BAD (int)(sizeof(bad) / sizeof(bad[0]))

/* files.3: opened as it is, and put in the place of a good file that had been opened */
START_TEST(bad_files)
{
	bad[_i]();
	program_opens("bad.pid");
	ck_assert(!say(307) || !accuser.path[0]);
	ck_assert(!say(309) || !accuser.path[0]);
}
END_TEST

START_TEST(a_file_becomes_bad_after_it_was_opened)
{
	char good[512];

	snprintf(good, sizeof(good), "%s", name("bad"));
	put("bad.pid", "307\n");
	program_opens("bad.pid");
	ck_assert_int_eq(unlink(name("bad.pid")), 0);
	bad[_i]();
	ck_assert(say(307)); /* what was read from it */
	put("bad", "308\n");
	program_opens("bad");
	ck_assert_int_eq(unlink(name("bad")), 0);
	if (rename(name("bad.pid"), good) == 0)
		say(308); /* only that it returns */
}
END_TEST

/* A file that may not be read any more: what was read at once stays; the rest is no evidence. */
START_TEST(unreadable)
{
	uid_t user = geteuid();

	put("x.pid", "307\n");
	program_opens("x.pid");
	put("state", "308\n");
	program_opens("state");
	ck_assert_int_eq(chmod(name("x.pid"), 0), 0);
	ck_assert_int_eq(chmod(name("state"), 0), 0);
	if (user == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert(say(307) && accuser.path[0]);
	ck_assert(!say(308));
	program_opens("state");
	ck_assert(!say(308));
	ck_assert_int_eq(seteuid(user), 0);
}
END_TEST

/* Rewrite, truncate, replace and remove the file again and again. 307 alone, or 309 in a list, is
 * in it whenever it is there. */
static _Noreturn void replace_it(void)
{
	char other[512];

	snprintf(other, sizeof(other), "%s", name("new.pid"));
	for (int i = 0; i < 500; i++) {
		put("x.pid", i % 2 ? "307\n" : "309 307\n");
		put("new.pid", "307\n");
		rename(other, name("x.pid"));
		truncate(name("x.pid"), i % 3);
		unlink(name("x.pid"));
		bad[i % BAD]();
		if (rename(name("bad.pid"), name("x.pid")) < 0)
			break;
		remove(name("x.pid"));
	}
	_exit(0);
}

START_TEST(replaced_while_read)
{
	pid_t child = fork();

	if (child == 0)
		replace_it();
	do {
		program_opens("x.pid");
		ck_assert(!say(309) || !accuser.path[0]);
		say(307);
	} while (waitpid(child, NULL, WNOHANG) == 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("files");
	TCase *c = tcase_create("files_1_to_7");
	SRunner *r = srunner_create(s);
	int failed, count = BAD;

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_add_test(c, remembered);
	tcase_add_test(c, rings);
	tcase_add_test(c, the_stamp);
	tcase_add_test(c, relative);
	tcase_add_test(c, unreadable);
	tcase_add_test(c, replaced_while_read);
	tcase_add_loop_test(c, bad_files, 0, count);
	tcase_add_loop_test(c, a_file_becomes_bad_after_it_was_opened, 0, count);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
