/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* event: what an event contains. Rules are those of core/record/event.h. */
#include "../support/host.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "core/record/event.h"
#include "../support/unwinding.h"

static char path[PATH_MAX];
static char text[1 << 17];
static int file;

static void begin(void)
{
	file = own_file(path, sizeof(path));
	settings.events = path;
	settings.name = "pro\"g";
	frame.watching = true;
}

static const char *written(void)
{
	ssize_t n = pread(file, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	ck_assert_int_eq(ftruncate(file, 0), 0);
	return text;
}

static int lines(void)
{
	int n = 0;

	for (const char *s = text; *s; s++)
		n += *s == '\n';
	return n;
}

static void has(const char *what)
{
	ck_assert_msg(strstr(text, what), "no %s in %s", what, text);
}

static void has_not(const char *what)
{
	ck_assert_msg(!strstr(text, what), "%s in %s", what, text);
}

static pid_t reaped_child(void)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq((int)reap(c.pid, NULL, 0), c.pid);
	return c.pid;
}

START_TEST(latent)
{
	pid_t q;

	settings.policy = PE_POLICY_REPORT;
	begin();
	q = reaped_child();
	ck_assert_int_eq((int)guarded_kill(q, SIGTERM), -ESRCH);
	written();
	ck_assert_int_eq(lines(), 1);
	ck_assert_int_eq(
		strncmp(text, "{\"pidepoch\":2,\"type\":\"event\",\"kind\":\"latent\"", 44), 0);
	has("\"severity\":\"warning\"");
	has("\"program\":\"pro\\\"g\"");
	has("\"call\":\"kill\"");
	has("\"signal\":15,\"outcome\":\"passed\",\"known\":\"own\"");
	has("\"obtained\":{\"call\":\"fork\",\"ago_ms\":");
	has("\"released\":{\"call\":\"waitpid\",\"ago_ms\":");
	has("\"released_by_any\":false");
	has_not("\"holder\"");
	has_not("stack");
	has_not("modules");
}
END_TEST

START_TEST(latent_and_refused)
{
	pid_t q;

	begin();
	q = reaped_child();
	ck_assert_int_eq((int)guarded_kill(q, SIGTERM), -ESRCH);
	written();
	has("\"kind\":\"latent\"");
	has("\"outcome\":\"refused\"");
}
END_TEST

START_TEST(probe)
{
	pid_t q;

	begin();
	q = reaped_child();
	guarded_kill(q, 0);
	written();
	has("\"kind\":\"probe\",\"severity\":\"note\"");
	has("\"signal\":0");
}
END_TEST

/* The event takes it for an unrelated process: it holds the pid and is no child of ours. */
START_TEST(stale_and_its_holder)
{
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	const struct pe_use u = { .by = PE_CALL_SIGQUEUE, .pid = getpid(), .signal = 9 };

	begin();
	prctl(PR_SET_NAME, "a\nb");
	pe_event_use(&frame, &u, &k, true, PE_OUTCOME_PASSED);
	pe_event_use(&frame, &u, &k, true, PE_OUTCOME_REFUSED);
	pe_event_use(&frame, &u, &k, true, PE_OUTCOME_ABORTING);
	written();
	ck_assert_int_eq(lines(), 3);
	has("\"kind\":\"stale\",\"severity\":\"critical\"");
	has("\"kind\":\"stale\",\"severity\":\"error\"");
	has("\"outcome\":\"aborting\"");
	has("\"known\":\"own\"");
	has("\"holder\":{\"comm\":\"a?b\",\"parent\":");
	has("\"age_ms\":");
	has("test_event\"");
}
END_TEST

static long number_of(const char *object, const char *name)
{
	const char *at = strstr(text, object);

	ck_assert_ptr_nonnull(at);
	at = strstr(at, name);
	ck_assert_ptr_nonnull(at);
	return strtol(at + strlen(name), NULL, 10);
}

/* The holder that the event takes is this process, which is older than its child's release. */
START_TEST(event_5_a_holder_is_not_older_than_the_release)
{
	struct pe_use u = { .by = PE_CALL_KILL, .signal = SIGTERM, .holder = getpid() };
	struct pe_known k;

	begin();
	u.pid = reaped_child();
	k = pe_frame_know(&frame, (uint32_t)u.pid);
	ck_assert_ptr_nonnull(k.slot);
	pe_event_use(&frame, &u, &k, true, PE_OUTCOME_PASSED);
	written();
	ck_assert_int_le(number_of("\"holder\"", "\"age_ms\":"),
			 number_of("\"released\"", "\"ago_ms\":"));
	ck_assert_int_le(number_of("\"released\"", "\"ago_ms\":"),
			 number_of("\"obtained\"", "\"ago_ms\":"));
}
END_TEST

START_TEST(a_use_of_an_inherited_pid_is_a_note)
{
	struct pe_known k = { .what = PE_KNOWN_INHERITED };
	const struct pe_use u = { .by = PE_CALL_KILL, .pid = getpid(), .signal = 9 };

	begin();
	pe_event_use(&frame, &u, &k, true, PE_OUTCOME_PASSED);
	written();
	has("\"kind\":\"stale\",\"severity\":\"note\"");
	has("\"known\":\"inherited\"");
}
END_TEST

START_TEST(double_reap)
{
	pid_t q;

	begin();
	q = reaped_child();
	ck_assert_int_eq((int)reap(q, NULL, 0), -ECHILD);
	written();
	ck_assert_int_eq(lines(), 1);
	has("\"kind\":\"double-reap\",\"severity\":\"note\"");
	has("\"call\":\"waitpid\"");
}
END_TEST

START_TEST(stolen_wait)
{
	struct child c;

	begin();
	c = recorded_child();
	end(c, 0);
	ck_assert_int_eq((int)reap(-1, NULL, 0), c.pid);
	ck_assert_int_eq((int)reap(c.pid, NULL, 0), -ECHILD);
	written();
	ck_assert_int_eq(lines(), 1);
	has("\"kind\":\"stolen-wait\",\"severity\":\"warning\"");
	has("\"released_by_any\":true");
}
END_TEST

START_TEST(stolen_by_an_unseen_wait)
{
	struct child c;

	begin();
	c = recorded_child();
	end(c, 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq((int)reap(c.pid, NULL, 0), -ECHILD);
	written();
	has("\"kind\":\"stolen-wait\"");
	has("\"call\":\"a wait that was not seen\"");
}
END_TEST

/* Nothing was stolen: the child is alive, never was one, or is the parent's. */
START_TEST(correct_waits_make_no_event)
{
	struct child c;
	pid_t q, copy;

	begin();
	c = recorded_child();
	q = reaped_child();
	copy = fork();
	if (copy == 0) {
		pe_frame_enter(&frame, &thread);
		reap(q, NULL, 0);
		reap(c.pid, NULL, 0);
		_exit(0);
	}
	waitpid(copy, NULL, 0);
	reap(getppid(), NULL, 0);
	reap(c.pid, NULL, WNOHANG);
	end(c, 0);
	ck_assert_int_eq((int)reap(c.pid, NULL, 0), c.pid);
	ck_assert_str_eq(written(), "");
}
END_TEST

static void *wait_here(void *tid)
{
	*(int *)tid = gettid();
	pause();
	return NULL;
}

START_TEST(own_thread)
{
	pthread_t t;
	_Atomic int tid = 0;
	const struct pe_use scheduling = {
		.by = PE_CALL_SCHED_GETPARAM,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_getppid },
	};
	struct pe_use other = scheduling;

	begin();
	pthread_create(&t, NULL, wait_here, &tid);
	while (!tid)
		sched_yield();
	ck_assert_int_eq((int)guarded_kill(tid, 0), 0);
	written();
	ck_assert_int_eq(lines(), 1);
	has("\"kind\":\"own-thread\",\"severity\":\"warning\"");
	has_not("known");
	/* this call is made for threads; and a call on the caller itself is no mistake */
	other.pid = tid;
	pe_guard(&frame, &thread, &other);
	guarded_kill(getpid(), 0);
	ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(init_mistaken_for_the_parent)
{
	int ready[2];
	char c;

	begin();
	ck_assert_int_eq(pipe(ready), 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	if (fork() == 0) {
		if (fork() == 0) {
			int tries = 0;

			/* the middle one ends now: its child is adopted, by 1 or by a subreaper
			 * above the test */
			while (getppid() == frame.tgid || (getppid() != 1 && tries++ < 1000000))
				sched_yield();
			if (getppid() == 1)
				guarded_kill(1, SIGCONT);
			_exit(write(ready[1], getppid() == 1 ? "y" : "n", 1) != 1);
		}
		pe_frame_enter(&frame, &thread);
		_exit(0);
	}
	wait(NULL);
	ck_assert_int_eq((int)read(ready[0], &c, 1), 1);
	written();
	if (c == 'y')
		has("\"kind\":\"init\",\"severity\":\"warning\"");
	else
		fprintf(stderr, "left out: orphans are not adopted by process 1 here\n");
}
END_TEST

START_TEST(a_trusted_program_makes_no_event)
{
	pid_t q;

	begin();
	settings.trusted = true;
	q = reaped_child();
	guarded_kill(q, SIGTERM);
	reap(q, NULL, 0);
	ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(event_4_the_history_of_another_pid_is_not_printed)
{
	struct pe_slot slot = { .word = PE_SLOT_DEAD };
	struct pe_known k = { .what = PE_KNOWN_RELEASED, .slot = &slot };
	const struct pe_use u = { .by = PE_CALL_KILL, .pid = 4194301, .signal = 9 };

	begin();
	pe_slot_prepare(&slot, 1, 1, PE_CALL_FORK);
	pe_slot_attach(&slot, 77);
	slot.word |= PE_SLOT_REAPING;
	pe_slot_bury(&slot, 2, PE_CALL_WAIT);
	pe_event_use(&frame, &u, &k, false, PE_OUTCOME_PASSED);
	written();
	has_not("obtained");
	has_not("released");
}
END_TEST

START_TEST(event_1_stacks_follow_their_modules_which_are_printed_once)
{
	const char *event;
	pid_t q;

	begin();
	frame.trace = pe_trace_make(&unwinding);
	q = reaped_child();
	guarded_kill(q, SIGTERM);
	written();
	event = strstr(text, "\"type\":\"event\"");
	ck_assert_ptr_nonnull(event);
	ck_assert_ptr_nonnull(strstr(text, "\"type\":\"module\""));
	ck_assert(strstr(text, "\"type\":\"module\"") < event);
	ck_assert_ptr_null(strstr(event, "\"type\":\"module\""));
	ck_assert_ptr_nonnull(strstr(event, "\"obtained\":{\"call\":\"fork\",\"ago_ms\":"));
	for (int i = 0; i < 3; i++) {
		event = strstr(event, "\"stack\":[\"0x");
		ck_assert_ptr_nonnull(event++);
	}
	guarded_kill(q, SIGTERM);
	written();
	ck_assert_int_eq(lines(), 1);
}
END_TEST

/* The longest event: names full of characters that must be escaped. */
START_TEST(event_1_one_event_is_one_bounded_write)
{
	static char name[300];
	const struct pe_use u = { .by = PE_CALL_KILL, .pid = getpid(), .signal = 9 };
	struct pe_known k = { .what = PE_KNOWN_RELEASED };
	int fifo;
	ssize_t n;

	begin();
	memset(name, 1, sizeof(name) - 1);
	settings.name = name;
	prctl(PR_SET_NAME, "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"");
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fifo = open(path, O_RDONLY | O_NONBLOCK);
	pe_event_use(&frame, &u, &k, true, PE_OUTCOME_PASSED);
	n = read(fifo, text, sizeof(text));
	ck_assert_int_gt((int)n, 0);
	ck_assert_int_le((int)n, (int)PE_EVENT_LINE);
	ck_assert_int_eq(text[n - 1], '\n');
	ck_assert_ptr_eq(memchr(text, '\n', (size_t)n), text + n - 1);
	ck_assert_int_eq((int)read(fifo, text, sizeof(text)), 0);
}
END_TEST

START_TEST(event_3_no_event_without_a_file)
{
	pid_t q;

	begin();
	frame.watching = false;
	q = reaped_child();
	guarded_kill(q, SIGTERM);
	reap(q, NULL, 0);
	ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_is_ignored)
{
	pid_t q;

	begin();
	settings.events = "/nowhere/at/all";
	q = reaped_child();
	errno = 77;
	ck_assert_int_eq((int)guarded_kill(q, SIGTERM), -ESRCH);
	ck_assert_int_eq(errno, 77);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("events");

	tcase_add_test(c, latent);
	tcase_add_test(c, latent_and_refused);
	tcase_add_test(c, probe);
	tcase_add_test(c, stale_and_its_holder);
	tcase_add_test(c, event_5_a_holder_is_not_older_than_the_release);
	tcase_add_test(c, a_use_of_an_inherited_pid_is_a_note);
	tcase_add_test(c, double_reap);
	tcase_add_test(c, stolen_wait);
	tcase_add_test(c, stolen_by_an_unseen_wait);
	tcase_add_test(c, correct_waits_make_no_event);
	tcase_add_test(c, own_thread);
	tcase_add_test(c, init_mistaken_for_the_parent);
	tcase_add_test(c, a_trusted_program_makes_no_event);
	tcase_add_test(c, event_4_the_history_of_another_pid_is_not_printed);
	tcase_add_test(c, event_1_stacks_follow_their_modules_which_are_printed_once);
	tcase_add_test(c, event_1_one_event_is_one_bounded_write);
	tcase_add_test(c, event_3_no_event_without_a_file);
	tcase_add_test(c, a_file_that_cannot_be_opened_is_ignored);
	return run_case("event", c);
}
