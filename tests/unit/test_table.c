/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* table: words, and untrusted files. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/evidence/evidence.h"

static struct pe_table *table;
static char name[512];

static void begin(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(name, sizeof(name), "%s/table.%d", base ? base : "/tmp", (int)getpid());
	table = pe_table_map_at(name, true);
}

static void end(void)
{
	if (table)
		pe_table_unmap(table);
	unlink(name);
}

/* table.2 */
START_TEST(words)
{
	struct pe_table_word w = { .tick = 123456789, .source = 4194303, .kind = PE_TABLE_FILE },
			     got;

	ck_assert_ptr_nonnull(table);
	ck_assert(!pe_table_seen(table, 307, &got));
	pe_table_see(table, 307, &w);
	ck_assert(pe_table_seen(table, 307, &got));
	ck_assert(got.tick == w.tick && got.source == w.source && got.kind == w.kind);
	/* the same place, another pid */
	ck_assert(!pe_table_seen(table, 307 + PE_TABLE_SLOTS, &got));
	pe_table_see(table, 307 + PE_TABLE_SLOTS, &w);
	ck_assert(!pe_table_seen(table, 307, &got));
	pe_table_bear(table, 400, &w);
	pe_table_end(table, 400, 5);
	ck_assert(pe_table_kin(table, 400, &got) && got.kind == PE_TABLE_FILE);
	pe_table_end(table, 400, 4194303);
	ck_assert(pe_table_kin(table, 400, &got) && got.kind == PE_TABLE_ENDED);
}
END_TEST

START_TEST(shared)
{
	struct pe_table_word w = { .tick = 5, .source = 6, .kind = PE_TABLE_LOOK }, got;
	struct pe_table *other = pe_table_map_at(name, true);

	ck_assert(table && other && other != table);
	pe_table_see(table, 307, &w);
	ck_assert(pe_table_seen(other, 307, &got) && got.source == 6);
	pe_table_unmap(other);
}
END_TEST

/* table.5: two users have two tables */
START_TEST(the_name)
{
	char of_user[PE_TABLE_NAME], user[32];

	snprintf(user, sizeof(user), "/dev/shm/pidepoch2-%d-", (int)geteuid());
	ck_assert(!pe_table_name(of_user) || strncmp(of_user, user, strlen(user)) == 0);
}
END_TEST

/* table.4: noise names no descendant */
START_TEST(noise)
{
	struct pe_evidence *e = calloc(1, sizeof(*e));
	struct pe_evidence_finding f;
	uint64_t *entries = (uint64_t *)table;

	ck_assert_ptr_nonnull(table);
	srandom(1);
	for (size_t i = 0; i < sizeof(*table) / sizeof(*entries); i++)
		entries[i] = (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^
			     (uint64_t)random();
	e->run = pe_moment_read();
	atomic_store(&e->table, table);
	for (uint32_t pid = 2; pid < 4000; pid++) {
		pe_evidence_concerns(e, pid);
		pe_evidence_examine(e, (uint32_t)getpid(), pid, 0, &f);
		ck_assert_int_ne(f.verdict, PE_EVIDENCE_STALE);
	}
	free(e);
}
END_TEST

static void replace(mode_t mode, off_t size, bool whole)
{
	int fd;

	if (table)
		pe_table_unmap(table);
	unlink(name);
	fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	ck_assert(!whole || posix_fallocate(fd, 0, size) == 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
	table = pe_table_map_at(name, true);
}

/* table.3 */
START_TEST(bad_files)
{
	ck_assert_ptr_nonnull(table);
	replace(0600, sizeof(struct pe_table), true);
	ck_assert_ptr_nonnull(table);
	replace(0600, sizeof(struct pe_table) / 2, true); /* truncated */
	ck_assert_ptr_null(table);
	replace(0600, sizeof(struct pe_table), false); /* with holes */
	ck_assert_ptr_null(table);
	replace(0666, sizeof(struct pe_table), true);
	ck_assert_ptr_null(table);
	unlink(name);
	ck_assert_int_eq(symlink("/dev/null", name), 0);
	ck_assert_ptr_null(pe_table_map_at(name, true));
	unlink(name);
	ck_assert_int_eq(mkfifo(name, 0600), 0);
	ck_assert_ptr_null(pe_table_map_at(name, true));
	if (geteuid() == 0) {
		replace(0600, sizeof(struct pe_table), true);
		ck_assert_int_eq(chown(name, 12345, 12345), 0); /* another user's */
		ck_assert_ptr_null(pe_table_map_at(name, true));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("table");
	TCase *c = tcase_create("table_1_to_6");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, words);
	tcase_add_test(c, shared);
	tcase_add_test(c, the_name);
	tcase_add_test(c, noise);
	tcase_add_test(c, bad_files);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
