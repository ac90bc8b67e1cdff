/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* notice: one event, one line. Rules are those of core/record/notice.h and sink.h. */
#include "../support/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "core/record/notice.h"
#include "core/record/sink.h"

static char written[4096];
static int capture[2];

static const struct pe_use use = { .by = PE_CALL_KILL, .pid = 4194301, .signal = SIGTERM };

/* descriptor 2 is a pipe of the test, from the start as far as the settings know */
static void begin(void)
{
	struct stat st;

	settings.log = NULL;
	settings.name = "prog";
	ck_assert_int_eq(pipe(capture), 0);
	ck_assert_int_eq(dup2(capture[1], 2), 2);
	ck_assert_int_eq(fstat(2, &st), 0);
	settings.stderr_id[0] = st.st_dev;
	settings.stderr_id[1] = st.st_ino;
	fcntl(capture[0], F_SETFL, O_NONBLOCK);
}

static const char *line(void)
{
	ssize_t n = read(capture[0], written, sizeof(written) - 1);

	written[n > 0 ? n : 0] = '\0';
	return written;
}

START_TEST(a_pid_that_no_process_holds)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	char expected[256];

	begin();
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
	snprintf(
		expected, sizeof(expected),
		"pidepoch: prog[%d]: kill(4194301, SIGTERM): stale pid: 4194301 was a child of this process; "
		"now no process has it; refused: ESRCH\n",
		getpid());
	ck_assert_str_eq(line(), expected);
}
END_TEST

/* a supervisor reports for other processes, and may know the holder by another pid */
START_TEST(on_behalf_of_another_process)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	struct pe_use theirs = use;

	begin();
	settings.pid = 4194300;
	theirs.holder = getppid();
	pe_notice_stale(&frame, &theirs, &k, PE_OUTCOME_REFUSED);
	settings.pid = 0;
	ck_assert_ptr_eq(strstr(line(), "pidepoch: prog[4194300]: kill(4194301"), written);
	ck_assert_ptr_nonnull(strstr(written, "; now held by '"));
	ck_assert_ptr_nonnull(strstr(written, "' (pid 4194301, parent "));
}
END_TEST

START_TEST(history_holder_and_outcome)
{
	struct pe_slot slot = { .word = PE_SLOT_DEAD };
	struct pe_known k = { .what = PE_KNOWN_RELEASED, .slot = &slot };
	struct pe_use mine = use;
	char expected[64];

	begin();
	mine.pid = getpid();
	prctl(PR_SET_NAME, "bad\nname\033[2J");
	pe_slot_prepare(&slot, 1, pe_frame_ms(&frame) - 3210, PE_CALL_VFORK);
	pe_slot_attach(&slot, (uint32_t)getpid());
	slot.word |= PE_SLOT_REAPING;
	pe_slot_bury(&slot, pe_frame_ms(&frame) - 1007, PE_CALL_WAITID);
	settings.stale_errno = PE_EEPOCH;
	pe_notice_stale(&frame, &mine, &k, PE_OUTCOME_REFUSED);
	line();
	/* the clock may tick between the two reads: only the text after the point is certain */
	ck_assert_ptr_nonnull(strstr(written, "(vfork 3."));
	ck_assert_ptr_nonnull(strstr(written, "s ago, reaped by waitid 1.0"));
	snprintf(expected, sizeof(expected), "held by 'bad?name?[2J' (pid %d, parent %d)", getpid(),
		 getppid());
	ck_assert_ptr_nonnull(strstr(written, expected));
	ck_assert_ptr_nonnull(strstr(written, "; refused: EEPOCH\n"));
	ck_assert_ptr_eq(strchr(written, '\n'), written + strlen(written) - 1);
}
END_TEST

START_TEST(the_history_of_another_pid_is_not_printed)
{
	struct pe_slot slot = { .word = PE_SLOT_DEAD };
	struct pe_known k = { .what = PE_KNOWN_INHERITED, .slot = &slot };

	begin();
	pe_slot_prepare(&slot, 1, 1, PE_CALL_FORK);
	pe_slot_attach(&slot, 77);
	slot.word |= PE_SLOT_REAPING;
	pe_slot_bury(&slot, 2, PE_CALL_WAIT);
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_PASSED);
	ck_assert_ptr_null(strstr(line(), "ago"));
	ck_assert_ptr_nonnull(strstr(written, "was a child of the process that forked this one;"));
	ck_assert_ptr_nonnull(strstr(written, "; let through\n"));
}
END_TEST

START_TEST(sink_1_descriptor_2_has_become_another_file)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	int other[2];
	char c;

	begin();
	ck_assert_int_eq(pipe(other), 0);
	dup2(other[1], 2);
	fcntl(other[0], F_SETFL, O_NONBLOCK);
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
	ck_assert_int_eq((int)read(other[0], &c, 1), -1);
	close(2);
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
	ck_assert_str_eq(line(), "");
}
END_TEST

START_TEST(sink_1_the_log_is_appended_to_and_closed)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	char path[] = "/tmp/pidepoch-emit-XXXXXX";
	int fd = mkstemp(path), lowest;
	struct stat st;

	begin();
	ck_assert_int_eq((int)write(fd, "before\n", 7), 7);
	settings.log = path;
	lowest = dup(0);
	close(lowest);
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_ABORTING);
	pe_notice_sentence(&settings, "one ", "two");
	ck_assert_int_eq(dup(0), lowest);
	ck_assert_str_eq(line(), "");
	fstat(fd, &st);
	ck_assert_int_eq((int)pread(fd, written, sizeof(written), 0), (int)st.st_size);
	written[st.st_size] = '\0';
	ck_assert_int_eq(strncmp(written, "before\npidepoch: prog[", 22), 0);
	ck_assert_ptr_nonnull(strstr(written, "; aborting\npidepoch: prog["));
	ck_assert_ptr_nonnull(strstr(written, "]: one two\n"));
	unlink(path);
}
END_TEST

/* and the reason is written once */
START_TEST(sink_2_a_log_that_cannot_be_opened_gives_way_to_descriptor_2)
{
	struct pe_sink sink = { .log_said = false };

	begin();
	settings.sink = &sink;
	settings.log = "/nowhere/at/all";
	pe_notice_sentence(&settings, "one ", "two");
	pe_notice_sentence(&settings, "three ", "four");
	settings.sink = NULL;
	line();
	ck_assert_ptr_nonnull(strstr(
		written,
		"cannot write to the log /nowhere/at/all: No such file or directory; its notices follow here\npidepoch: prog["));
	ck_assert_ptr_nonnull(strstr(written, "]: one two\npidepoch: prog["));
	ck_assert_ptr_nonnull(strstr(written, "]: three four\n"));
}
END_TEST

/* A packet pipe returns each write separately. */
START_TEST(one_line_is_one_write)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	struct stat st;

	begin();
	ck_assert_int_eq(pipe2(capture, O_DIRECT | O_NONBLOCK), 0);
	dup2(capture[1], 2);
	fstat(2, &st);
	settings.stderr_id[0] = st.st_dev;
	settings.stderr_id[1] = st.st_ino;
	for (int i = 0; i < 2; i++)
		pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
	pe_notice_sentence(&settings, "one ", "two");
	for (int i = 0; i < 3; i++) {
		line();
		ck_assert_int_eq(strncmp(written, "pidepoch: prog[", 15), 0);
		ck_assert_ptr_eq(strchr(written, '\n'), written + strlen(written) - 1);
	}
	ck_assert_str_eq(line(), "");
}
END_TEST

START_TEST(notice_1_the_programs_name_is_untrusted_text)
{
	char expected[64];

	begin();
	settings.name = "a\nb\033c";
	pe_notice_sentence(&settings, "x ", "y\r");
	snprintf(expected, sizeof(expected), "pidepoch: a?b?c[%d]: x y?\n", getpid());
	ck_assert_str_eq(line(), expected);
	settings.name = NULL;
	pe_notice_sentence(&settings, "x ", "y");
	snprintf(expected, sizeof(expected), "pidepoch: ?[%d]: x y\n", getpid());
	ck_assert_str_eq(line(), expected);
}
END_TEST

START_TEST(notice_2_errno_is_kept)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };

	begin();
	settings.log = "/nowhere/at/all";
	errno = 77;
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
	ck_assert_int_eq(errno, 77);
}
END_TEST

/* Every length around the limit: nothing of the line but its tail is lost, and its end never. */
START_TEST(a_line_is_truncated_at_its_limit_and_not_before)
{
	static char name[1100];
	struct pe_known k = { .what = PE_KNOWN_RELEASED };

	begin();
	settings.name = name;
	memset(name, 'n', sizeof(name));
	name[0] = '\0';
	pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
	for (size_t shortest = strlen(line()), i = 1020 - shortest; i < 1030 - shortest; i++) {
		size_t want = shortest + i < 1023 ? shortest + i : 1023;

		memset(name, 'n', i);
		name[i] = '\0';
		pe_notice_stale(&frame, &use, &k, PE_OUTCOME_REFUSED);
		ck_assert_uint_eq(strlen(line()), want);
		ck_assert_int_eq(written[want - 1], '\n');
		ck_assert_int_eq(written[want - 2] == 'H', shortest + i <= 1023);
		ck_assert_ptr_eq(strchr(written, '\n'), written + want - 1);
	}
}
END_TEST

START_TEST(a_truncated_line_ends_with_a_newline)
{
	static char name[3000];

	begin();
	memset(name, 'n', sizeof(name) - 1);
	settings.name = name;
	pe_notice_sentence(&settings, "x", "y");
	line();
	ck_assert_uint_lt(strlen(written), 1100);
	ck_assert_int_eq(written[strlen(written) - 1], '\n');
}
END_TEST

START_TEST(signals_by_name_or_number)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	struct pe_use u = use;
	const struct {
		int signal;
		const char *text;
	} rows[] = {
		{ 0, "kill(4194301, 0):" },
		{ SIGKILL, ", SIGKILL):" },
		{ SIGSYS, ", SIGSYS):" },
		{ 34, "kill(4194301, 34):" },
		{ PE_USE_NO_SIGNAL, "kill(4194301):" },
	};

	begin();
	for (int i = 0; i < 5; i++) {
		u.signal = rows[i].signal;
		pe_notice_stale(&frame, &u, &k, PE_OUTCOME_REFUSED);
		ck_assert_ptr_nonnull(strstr(line(), rows[i].text));
	}
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("lines");

	tcase_add_test(c, a_pid_that_no_process_holds);
	tcase_add_test(c, on_behalf_of_another_process);
	tcase_add_test(c, history_holder_and_outcome);
	tcase_add_test(c, the_history_of_another_pid_is_not_printed);
	tcase_add_test(c, sink_1_descriptor_2_has_become_another_file);
	tcase_add_test(c, sink_1_the_log_is_appended_to_and_closed);
	tcase_add_test(c, sink_2_a_log_that_cannot_be_opened_gives_way_to_descriptor_2);
	tcase_add_test(c, one_line_is_one_write);
	tcase_add_test(c, notice_1_the_programs_name_is_untrusted_text);
	tcase_add_test(c, notice_2_errno_is_kept);
	tcase_add_test(c, a_line_is_truncated_at_its_limit_and_not_before);
	tcase_add_test(c, a_truncated_line_ends_with_a_newline);
	tcase_add_test(c, signals_by_name_or_number);
	return run_case("emit", c);
}
