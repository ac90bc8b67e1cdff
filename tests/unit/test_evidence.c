/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* evidence: which words of the table count. In a table outside this process's run stand the words
 * of any process of the user, also of an ended pid namespace. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/evidence/evidence.h"
#include "core/evidence/segment.h"
#include "core/evidence/words.h"

#define NO_PROCESS 4194303u /* above every pid_max */

static struct pe_evidence *e;
static struct pe_table *table;
static char name[64];
static uint32_t me;
static pid_t holder; /* an old process, whose pid is used */

static uint64_t now_in_ticks(void)
{
	return (uint64_t)pe_moment_now() / PE_MOMENT_TICK;
}

static void begin(void)
{
	snprintf(name, sizeof(name), "test_evidence-%d", (int)getpid());
	table = pe_table_map_at(name, true);
	ck_assert_ptr_nonnull(table);
	e = calloc(1, sizeof(*e));
	/* the run began before the holder's birth */
	e->run = pe_moment_read();
	e->run.boot -= 1000;
	e->run.real -= 1000;
	atomic_store(&e->table, table);
	me = (uint32_t)getpid();
	holder = fork();
	if (holder == 0)
		for (;;)
			pause();
}

static void end(void)
{
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	free(e);
	pe_table_unmap(table);
	shmctl(shmget(pe_segment_key(name), 0, 0), IPC_RMID, NULL);
}

static void write_word(enum pe_table_kind kind, uint32_t source, uint64_t tick)
{
	const struct pe_table_word w = { .kind = kind, .source = source, .tick = tick };

	if (kind == PE_TABLE_FILE)
		pe_table_set_origin(table, (uint32_t)holder, "/run/x.pid",
				    (int64_t)tick * PE_MOMENT_TICK);
	pe_table_see(table, (uint32_t)holder, &w);
}

/* this process reads a text from a new pipe, @at_once bytes at a time */
static void read_text(const char *text, size_t at_once)
{
	size_t length = strlen(text), n;
	int to[2];

	ck_assert_int_eq(pipe(to), 0);
	for (size_t i = 0; i < length; i += n) {
		n = length - i < at_once ? length - i : at_once;
		pe_evidence_input(e, NULL, to[0], text + i, n);
	}
	close(to[0]);
	close(to[1]);
}

/* the same for the holder's pid */
static void read_from_pipe(void)
{
	char line[32];

	snprintf(line, sizeof(line), "%d\n", (int)holder);
	read_text(line, sizeof(line));
}

static int verdict(void)
{
	struct pe_evidence_finding f;

	pe_evidence_examine(e, me, (uint32_t)holder, 0, &f);
	return f.verdict;
}

static int64_t handed_on(void)
{
	return pe_evidence_to_hand_on(e, me, (uint32_t)holder, false);
}

/* table.4: a look that accuses, if it counts: it was made long before the holder's birth */
static void looked_at_by(uint32_t source, bool counts)
{
	/* a word of this process counts from its birth on */
	uint64_t tick = counts ? now_in_ticks() : now_in_ticks() - 100000;

	write_word(PE_TABLE_LOOK, source, tick);
	read_from_pipe();
	ck_assert_int_eq(verdict(), counts ? PE_EVIDENCE_FRESH : PE_EVIDENCE_UNKNOWN);
	ck_assert_int_eq(handed_on(), counts ? (int64_t)tick * PE_MOMENT_TICK : 0);
}

START_TEST(look_of_no_descendant)
{
	looked_at_by(NO_PROCESS, false);
}
END_TEST

START_TEST(look_of_the_pid_before_its_birth)
{
	looked_at_by(me, false);
}
END_TEST

START_TEST(look_of_this_process)
{
	looked_at_by(me, true);
}
END_TEST

/* evidence.7, table.4: read by a process that had this process's own pid, or no descendant */
START_TEST(file_of_others)
{
	uint64_t long_ago = now_in_ticks() - 100000;

	write_word(PE_TABLE_FILE, me, long_ago);
	ck_assert_int_eq(verdict(), PE_EVIDENCE_UNKNOWN);
	ck_assert_int_eq(handed_on(), 0);
	write_word(PE_TABLE_FILE, NO_PROCESS, long_ago);
	read_from_pipe();
	ck_assert_int_eq(verdict(), PE_EVIDENCE_UNKNOWN);
	ck_assert_int_eq(handed_on(), 0);
}
END_TEST

/* A child read the pid from a file that is older than the holder: stale, for this process too. */
START_TEST(file_of_a_child)
{
	const struct pe_table_word w = { .kind = PE_TABLE_FILE,
					 .source = (uint32_t)holder,
					 .tick = now_in_ticks() };

	pe_table_set_origin(table, (uint32_t)holder, "/run/x.pid", 1);
	pe_table_see(table, (uint32_t)holder, &w);
	ck_assert_int_eq(verdict(), PE_EVIDENCE_STALE);
	ck_assert_int_eq(handed_on(), 1);
}
END_TEST

/* A pid from a pipe that a descendant has not looked up is learned from nothing. */
START_TEST(heard_without_a_look)
{
	read_from_pipe();
	ck_assert_int_eq(verdict(), PE_EVIDENCE_UNKNOWN);
	ck_assert_int_eq(handed_on(), 0);
}
END_TEST

/* Is the holder's pid heard in this text, after the texts before? */
static void hears(const char *text, size_t at_once)
{
	write_word(PE_TABLE_LOOK, me, now_in_ticks());
	read_text(text, at_once);
	/* what the process has on its own now */
	pe_table_see(table, (uint32_t)holder, &(struct pe_table_word){ 0 });
	ck_assert_int_eq(verdict(), PE_EVIDENCE_FRESH);
	pe_evidence_forget(e);
	table = pe_table_map_at(name, true);
	atomic_store(&e->table, table);
}

/* A pid is heard in one read or in many, with a line's end or without, and after a pipe on the same
 * descriptor that ended with digits (fuser prints no newline). */
START_TEST(heard_in_parts)
{
	char line[64];

	snprintf(line, sizeof(line), "%d\n", (int)holder);
	hears(line, 64);
	hears(line, 1);
	snprintf(line, sizeof(line), " %d", (int)holder);
	hears(line, 64);
	snprintf(line, sizeof(line), "7 x %d 12", (int)holder);
	hears(line, 2);
	for (size_t at_once = 1; at_once < 64; at_once += 62) {
		read_text(" 310", 64);
		snprintf(line, sizeof(line), "%d\n", (int)holder);
		hears(line, at_once);
	}
}
END_TEST

/* arguments of any form, and a setting that the program's user made up */
START_TEST(bad_arguments)
{
	static const char *const no_pids[] = { "",
					       "-",
					       "--",
					       "0",
					       "-0",
					       "1",
					       "-1",
					       "+307",
					       " 307",
					       "307 ",
					       "307x",
					       "0x133",
					       "3.7",
					       "--307",
					       "4194305",
					       "-4194305",
					       "18446744073709551923",
					       "99999999999999999999999" };
	static const char *const settings[] = {
		"",	     ":",	 ",",
		"307",	     "307:",	 "307:x",
		"x:5",	     "307:5:6",	 "307:-5",
		"-307:5",    "0:5",	 "1:5",
		"4194305:5", "307:0",	 "99999999999999999999:5",
		",,,:",	     "306:5,:,", "307:99999999999999999999999999",
	};
	char first[] = "program", second[] = "307", third[] = "-306";
	char *const argv[] = { first, second, third, NULL };

	for (size_t i = 0; i < sizeof(no_pids) / sizeof(no_pids[0]); i++)
		ck_assert_msg(pe_evidence_pid_of(no_pids[i]) == 0, "'%s'", no_pids[i]);
	ck_assert_uint_eq(pe_evidence_pid_of("-307"), 307);
	ck_assert_uint_eq(pe_evidence_pid_of("4194304"), 4194304);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		pe_evidence_take_arguments(e, argv, settings[i]);
		ck_assert_msg(pe_evidence_to_hand_on(e, me, 307, false) == 0, "'%s'", settings[i]);
	}
	pe_evidence_take_arguments(e, argv, "305:4,307:5");
	ck_assert_int_eq(pe_evidence_to_hand_on(e, me, 307, false), 5);
	ck_assert_int_eq(pe_evidence_to_hand_on(e, me, 305, false), 0); /* no argument */
}
END_TEST

/* evidence.9: the holder's pid is an argument from before its birth, and then read from @fd. */
static int verdict_after_text(int fd)
{
	char line[32];

	pe_words_note(e, (uint32_t)holder, PE_EVIDENCE_ARGUMENT, 1);
	ck_assert_int_eq(verdict(), PE_EVIDENCE_STALE);
	snprintf(line, sizeof(line), "%d\n", (int)holder);
	pe_evidence_input(e, NULL, fd, line, strlen(line));
	return verdict();
}

static int open_fifo(void)
{
	const char *base = getenv("TMPDIR");
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/fifo.%d", base ? base : "/tmp", (int)getpid());
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK);
	ck_assert_int_ge(fd, 0);
	unlink(path);
	return fd;
}

START_TEST(told)
{
	int ends[2], sockets[2], fifo = open_fifo();

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	pe_streams_made(&e->streams, ends[0]);
	ck_assert_int_eq(verdict_after_text(ends[0]), PE_EVIDENCE_STALE);
	ck_assert_int_eq(pe_evidence_piped(e, (uint32_t)holder), 0);
	ck_assert_int_eq(verdict_after_text(sockets[0]), PE_EVIDENCE_FRESH);
	ck_assert_int_eq(verdict_after_text(fifo), PE_EVIDENCE_FRESH);
	/* what a descendant has read in a file, it may have written there */
	pe_table_set_origin(table, (uint32_t)holder, "/run/x.pid", 1);
	pe_table_see(table, (uint32_t)holder,
		     &(struct pe_table_word){ .kind = PE_TABLE_FILE,
					      .source = (uint32_t)holder,
					      .tick = now_in_ticks() });
	ck_assert_int_eq(verdict_after_text(fifo), PE_EVIDENCE_STALE);
}
END_TEST

/* What was told does not accuse the next process of that pid. */
START_TEST(told_before)
{
	pe_words_note(e, (uint32_t)holder, PE_EVIDENCE_TOLD, 1);
	ck_assert_int_eq(verdict(), PE_EVIDENCE_UNKNOWN);
}
END_TEST

/* The first process of a new pid namespace knows nothing of its parent's pids. */
START_TEST(another_namespace)
{
	write_word(PE_TABLE_LOOK, me, now_in_ticks());
	pe_evidence_learn(e, (uint32_t)holder, PE_EVIDENCE_MESSAGE);
	ck_assert_int_eq(verdict(), PE_EVIDENCE_FRESH);
	pe_evidence_forget(e);
	atomic_store(&e->no_table, true);
	ck_assert_int_eq(verdict(), PE_EVIDENCE_UNKNOWN);
	table = pe_table_map_at(name, false);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("evidence");
	TCase *c = tcase_create("table_4");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, look_of_no_descendant);
	tcase_add_test(c, look_of_the_pid_before_its_birth);
	tcase_add_test(c, look_of_this_process);
	tcase_add_test(c, file_of_others);
	tcase_add_test(c, file_of_a_child);
	tcase_add_test(c, heard_without_a_look);
	tcase_add_test(c, another_namespace);
	tcase_add_test(c, bad_arguments);
	tcase_add_test(c, heard_in_parts);
	tcase_add_test(c, told);
	tcase_add_test(c, told_before);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
