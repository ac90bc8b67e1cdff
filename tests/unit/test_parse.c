/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parse: which pids in a file are evidence of staleness, and which only of freshness. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence/parse.h"

/* The result for 307: 'a' stale evidence, 'q' only fresh evidence, '-' not found. */
static char said(const char *path, const char *text, size_t length)
{
	uint32_t number[PE_PARSE_MOST], n = pe_parse_numbers(path, text, length, number);

	ck_assert_uint_le(n, PE_PARSE_MOST);
	for (uint32_t i = 0; i < n; i++)
		if ((number[i] & PE_PARSE_PID) == 307)
			return number[i] & PE_PARSE_ACCUSE ? 'a' : 'q';
	return '-';
}

static const struct row {
	char wanted;
	const char *path, *text;
} rows[] = {
	{ 'a', "/run/x.pid", "307\n" },
	{ 'a', "/run/x", "307" },
	{ 'a', "/run/x", "  307\n" },
	/* lists */
	{ 'q', "/run/x.pid", "301 307 309\n" },
	{ 'q', "/run/x.pid", "307 309\n" },
	{ 'q', "/run/x.pid", "307,309" },
	{ 'q', "/run/x.pid", "307\n309\n" },
	{ 'q', "/run/x.pid", "\n 307 309\nx\n" },
	{ 'q', "/run/x.pid", "1 307\n" },
	{ 'q', "/run/x.pid", "307 1700000000\n" },
	{ 'q', "/run/x", "307 309\n" },
	{ 'a', "/run/lock/LCK..ttyS0", "       307\n" },
	{ 'a', "/run/x", "{\"pid\": 307, \"port\": 300}" },
	{ 'a', "/run/x", "{\"port\":300,\"serverPid\":307}" },
	{ 'a', "/run/x", "PID=307\n" },
	{ 'a', "/run/x", "name: x\nMAINPID=307\n" },
	{ 'a', "/run/x", "daemon_pid = 307\n" },
	{ 'a', "/run/x", "PID: 307\n" },
	{ 'a', "/run/x", "<pid>307</pid>" },
	{ 'a', "/run/x", "{\"processId\":307}" },
	{ 'a', "/run/x.lock", "held by 307\n" },
	{ 'a', "/run/x.lock", "{\"owner\":307,\"since\":1700000000000}" },
	/* the other integers of postmaster.pid */
	{ 'q', "/d/postmaster.pid", "300\n/var/lib/d\n1700000000\n307\n/run\nlocalhost\n" },
	{ 'a', "/d/postmaster.pid", "307\n/var/lib/d\n1700000000\n5432\n/run\nlocalhost\n" },
	{ 'q', "/run/x", "port 307\n" },
	{ 'q', "/home/pidgin/a/x", "held by 307\n" },
	{ 'q', "/run/x", "{\"rapid\": 307}" },
	{ 'q', "/run/x", "max 300 307\n" },
	{ 'q', "/run/x", "307.5\n" },
	{ 'q', "/run/x", "1:307:2\n" },
	{ 'q', "/run/x.pid", "v307 12\n" },
	{ 'q', "/home/u/.bash_history", "307\n" },
	{ 'q', "/home/u/.rc", "pid=307\n" },
	{ 'q', "/home/u/script", "#!/bin/sh\npid=307\n" },
	{ 'q', "/etc/x.conf", "pid 307\n" },
	{ 'q', "/run/x.pid", "\x01\xff 307 \x7f" },
	{ 'q', "/run/x.pid", "307\n\x02" },
	{ 'q', "/run/x.pid", "307\x7f\n" },
	{ 'a', "/run/x.pid", "307\r\n" },
	{ 'a', "/run/x.lock", "by J\xc3\xbcrgen\t307\n" },
	{ '-', "/run/x.pid", "" },
	{ '-', "/run/x.pid", "3307 3071 0307\n" },
	{ '-', "/run/x.pid", "99999999999999999999307\n" },
	{ '-', "/run/x.pid", "-\xff\xfe" },
};

START_TEST(pids_in_files)
{
	const struct row *r = &rows[_i];

	ck_assert_msg(said(r->path, r->text, strlen(r->text)) == r->wanted, "%s: '%s': %c", r->path,
		      r->text, said(r->path, r->text, strlen(r->text)));
}
END_TEST

/* parse.4: too large for a pid, pid 1, and a file of noise */
START_TEST(no_pids)
{
	char noise[4096];
	uint32_t number[PE_PARSE_MOST];

	ck_assert_uint_eq(pe_parse_numbers("/run/x.pid", "4194305\n", 8, number), 0);
	ck_assert_uint_eq(pe_parse_numbers("/run/x.pid", "1\n", 2, number), 0);
	srandom(1);
	for (int k = 0; k < 1000; k++) {
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (char)random();
		ck_assert_uint_le(pe_parse_numbers("/run/x.pid", noise, sizeof(noise), number),
				  PE_PARSE_MOST);
	}
}
END_TEST

/* More pids than there is room for: those that are stale evidence are kept. */
START_TEST(too_many)
{
	char text[1024] = "";
	size_t n = 0;

	for (int i = 400; i < 440; i++)
		n += (size_t)sprintf(text + n, "x%d ", i);
	n += (size_t)sprintf(text + n, "\npid=307\n");
	ck_assert_int_eq(said("/run/x", text, n), 'a');
}
END_TEST

int main(void)
{
	Suite *s = suite_create("parse");
	TCase *c = tcase_create("parse_1_to_4");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(c, pids_in_files, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, no_pids);
	tcase_add_test(c, too_many);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
