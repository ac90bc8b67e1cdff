/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* table: words, and untrusted contents. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "core/evidence/evidence.h"
#include "core/evidence/segment.h"

static struct pe_table *table;
static char name[512];

static void begin(void)
{
	snprintf(name, sizeof(name), "test_table-%d", (int)getpid());
	table = pe_table_map_at(name, true);
}

static void end(void)
{
	if (table)
		pe_table_unmap(table);
	shmctl(shmget(pe_segment_key(name), 0, 0), IPC_RMID, NULL);
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
	pe_table_born(table, 400, &w);
	pe_table_ended(table, 400, 5);
	ck_assert(pe_table_parent(table, 400, &got) && got.kind == PE_TABLE_FILE);
	pe_table_ended(table, 400, 4194303);
	ck_assert(pe_table_parent(table, 400, &got) && got.kind == PE_TABLE_ENDED);
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

/* table.5: two users have two tables, and so have two namespaces of one inode number */
START_TEST(the_name)
{
	char of_user[PE_TABLE_NAME], user[32], start[32];
	struct pe_identity_holder first;

	snprintf(user, sizeof(user), "pidepoch-evidence-2-%d-", (int)geteuid());
	ck_assert(!pe_table_name(of_user) || strncmp(of_user, user, strlen(user)) == 0);
	if (!pe_table_name(of_user) || pe_identity_describe(1, &first) != 0)
		return;
	snprintf(start, sizeof(start), "-%llu-", (unsigned long long)first.start);
	ck_assert_ptr_nonnull(strstr(of_user, start));
}
END_TEST

/* table.3, table.4: noise names no descendant */
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
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
