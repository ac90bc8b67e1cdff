/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard: what becomes of a call on a stale pid, and what is reported. Rules are those of
 * core/engine/guard.h.
 *
 * The stale pids are made as in test_guard.c. Where a pid must really be reused, reuse.h does so.
 */
#include "core/engine/birth.h"
#include "../support/births.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "../support/reuse.h"

/* --- notices --- */

static int notices;
static char notices_path[PATH_MAX];

/* From here on notices can be counted, also by children. */
static void listen_to_notices(void)
{
	notices = own_file(notices_path, sizeof(notices_path));
	settings.log = notices_path;
	settings.name = "test";
}

/* the notices since the last call */
static const char *reported(void)
{
	static char text[4096];
	ssize_t n = pread(notices, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	ck_assert_int_eq(ftruncate(notices, 0), 0);
	return text;
}

START_TEST(guard_4_stale_and_held_by_an_unrelated_process_by_policy)
{
	pid_t other = unrelated();

	make_stale(other);
	ck_assert_int_eq(guarded_kill(other, 0), -ESRCH);
	settings.stale_errno = PE_EEPOCH;
	ck_assert_int_eq(guarded_kill(other, 0), -PE_EEPOCH);
	settings.policy = PE_POLICY_REPORT;
	ck_assert_int_eq(guarded_kill(other, 0), 0);
	settings.policy = PE_POLICY_REFUSE;
	settings.trusted = true;
	ck_assert_int_eq(guarded_kill(other, 0), 0);
	settings.trusted = false;
	pe_frame_learn(&frame, &thread, other);
	ck_assert_int_eq(guarded_kill(other, 0), 0);
}
END_TEST

/* --- what is reported --- */

/* RELATED: inherited, and the holder descends from the caller's parent */
enum whose { OURS, INHERITED, RELATED };

/* The outcome of kill(@pid, 0) in a process that knows @pid as stale from itself or from its
 * parent. */
static int outcome(enum whose whose, enum pe_policy policy, bool trusted, pid_t pid)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (whose == OURS) {
			frame.tgid = getpid();
			atomic_store((_Atomic uint32_t *)frame.fork_mark,
				     1); /* the parent's knowledge as our own */
			atomic_store(&frame.obituaries, NULL); /* obituary.4 */
		}
		settings.policy = policy;
		settings.trusted = trusted;
		_exit(-(int)guarded_kill(pid, 0));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#define TRUSTED true
#define LATENT	1

static const struct {
	enum whose whose;
	enum pe_policy policy;
	int latent; /* no process holds the pid */
	bool trusted;
	int outcome; /* errno, or a signal that ended it, negative */
	const char *reported;
} judgements[] = {
	{ OURS, PE_POLICY_REPORT, 0, false, 0, "; let through\n" },
	{ OURS, PE_POLICY_REFUSE, 0, false, ESRCH, "; refused: ESRCH\n" },
	{ OURS, PE_POLICY_ABORT, 0, false, -SIGABRT, "; aborting\n" },
	{ OURS, PE_POLICY_REPORT, LATENT, false, ESRCH, "; now no process has it; let through\n" },
	{ OURS, PE_POLICY_REFUSE, LATENT, false, ESRCH, NULL },
	{ OURS, PE_POLICY_ABORT, LATENT, false, ESRCH, NULL },
	{ INHERITED, PE_POLICY_REPORT, 0, false, 0, "; let through\n" },
	{ INHERITED, PE_POLICY_REFUSE, 0, false, 0, NULL },
	{ INHERITED, PE_POLICY_ABORT, 0, false, 0, NULL },
	{ RELATED, PE_POLICY_REPORT, 0, false, 0, NULL },
	{ INHERITED, PE_POLICY_REPORT, LATENT, false, ESRCH, NULL },
	{ INHERITED, PE_POLICY_REFUSE, LATENT, false, ESRCH, NULL },
	{ INHERITED, PE_POLICY_ABORT, LATENT, false, ESRCH, NULL },
	{ OURS, PE_POLICY_REPORT, 0, TRUSTED, 0, NULL },
	{ OURS, PE_POLICY_REFUSE, 0, TRUSTED, 0, NULL },
	{ OURS, PE_POLICY_ABORT, 0, TRUSTED, 0, NULL },
	{ INHERITED, PE_POLICY_REPORT, 0, TRUSTED, 0, NULL },
};
#define JUDGEMENTS (sizeof(judgements) / sizeof(judgements[0]))

START_TEST(guard_4_each_verdict_is_carried_out_and_reported_once_or_not_at_all)
{
	pid_t pid;
	const char *said, *end_of_line;

	listen_to_notices();
	if (judgements[_i].latent) {
		struct child c = recorded_child();

		end(c, 0);
		ck_assert_int_eq(reap(pid = c.pid, NULL, 0), c.pid);
	} else {
		make_stale(pid = judgements[_i].whose == INHERITED ? getppid() : unrelated());
	}
	ck_assert_int_eq(outcome(judgements[_i].whose, judgements[_i].policy,
				 judgements[_i].trusted, pid),
			 judgements[_i].outcome);
	said = reported();
	if (!judgements[_i].reported) {
		ck_assert_str_eq(said, "");
		return;
	}
	ck_assert_ptr_nonnull(strstr(said, judgements[_i].reported));
	end_of_line = strchr(said, '\n');
	ck_assert_str_eq(end_of_line, "\n"); /* one line */
}
END_TEST

START_TEST(the_notice_names_caller_call_and_time)
{
	struct child c = recorded_child();
	char expected[256];
	const char *said;

	listen_to_notices();
	settings.policy = PE_POLICY_REPORT;
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(guarded_kill(c.pid, SIGHUP), -ESRCH);
	said = reported();
	snprintf(
		expected, sizeof(expected),
		"pidepoch: test[%d]: kill(%d, SIGHUP): stale pid: %d was a child of this process (fork ",
		getpid(), c.pid, c.pid);
	ck_assert_ptr_eq(strstr(said, expected), said);
	ck_assert_ptr_nonnull(strstr(said, "s ago, exited with status 0, reaped by waitpid "));
}
END_TEST

START_TEST(guard_4_abort_is_SIGABRT)
{
	pid_t other = unrelated(), pid;
	int status;

	make_stale(other);
	settings.policy = PE_POLICY_ABORT;
	pid = fork();
	if (pid == 0) {
		frame.tgid = getpid();
		*frame.fork_mark = 1; /* the parent's knowledge as this process's own */
		atomic_store(&frame.obituaries, NULL);
		guarded_kill(other, 0);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

static void abort_as_init(void)
{
	struct unrelated s = unrelated_as(500);

	make_stale(500);
	settings.policy = PE_POLICY_ABORT;
	guarded_kill(500, SIGKILL);
	unrelated_ends(&s);
}

/* The kernel keeps default signals from the first process of a pid namespace, also those from
 * itself. */
START_TEST(guard_4_abort_ends_an_init_too)
{
	int status = in_own_namespace(abort_as_init);

	if (status != 0) /* 0: left out */
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGABRT);
}
END_TEST

static void the_unrelated_is_hit_natively_and_spared_by_us(void)
{
	struct unrelated s;

	ck_assert_int_eq(recorded_child_as(500), 500);
	kill(500, SIGKILL);
	ck_assert_int_eq(reap(500, NULL, 0), 500);
	s = unrelated_as(500);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), -ESRCH);
	ck_assert_int_eq(use_of(500, SYS_getpriority, 0, false), -ESRCH);
	ck_assert_int_eq(kill(500, 0), 0); /* alive */
	unrelated_ends(&s);
	/* our own child again, by a fork that is seen: the signal arrives */
	ck_assert_int_eq(recorded_child_as(500), 500);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(reap(500, NULL, 0), 500);
	/* and by a fork that is not seen */
	if (fork_as(500) == 0)
		pause();
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(reap(500, NULL, 0), 500);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	s = unrelated_as(500);
	settings.policy = PE_POLICY_REPORT;
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(waitpid(s.helper, NULL, 0), s.helper); /* its child was hit */
}

START_TEST(guard_4_a_pid_that_the_kernel_reused)
{
	ck_assert_int_eq(in_own_namespace(the_unrelated_is_hit_natively_and_spared_by_us), 0);
}
END_TEST

START_TEST(guard_4_a_call_on_an_inherited_pid_is_made)
{
	pid_t other = unrelated(), pid;
	int status;

	make_stale(other);
	pid = fork();
	if (pid == 0)
		_exit(guarded_kill(other, 0) == 0 && known(other) == PE_KNOWN_INHERITED ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(guard_4_a_child_made_by_other_means_is_adopted)
{
	struct child c = unrecorded_child();

	make_stale(c.pid); /* an earlier process with the pid */
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(guard_4_5_a_child_made_by_other_means_and_no_memory)
{
	struct child c = unrecorded_child();

	make_stale(c.pid);
	frame.slots.limit = frame.slots.carved;
	frame.slots.keep = UINT32_MAX;
	frame.slots.ready = 0;
	atomic_store(&frame.slots.freed, 0);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_FRESH);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	end(c, 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(guard_4_stale_and_free_is_ESRCH_under_every_policy)
{
	struct child c = recorded_child();

	end(c, 0);
	reap(c.pid, NULL, 0);
	for (int policy = PE_POLICY_REPORT; policy <= PE_POLICY_ABORT; policy++) {
		settings.policy = (enum pe_policy)policy;
		ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	}
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("calls");

	tcase_add_test(c, guard_4_stale_and_held_by_an_unrelated_process_by_policy);
	tcase_add_loop_test(c, guard_4_each_verdict_is_carried_out_and_reported_once_or_not_at_all,
			    0, JUDGEMENTS);
	tcase_add_test(c, the_notice_names_caller_call_and_time);
	tcase_add_test(c, guard_4_abort_is_SIGABRT);
	tcase_add_test(c, guard_4_abort_ends_an_init_too);
	tcase_add_test(c, guard_4_a_pid_that_the_kernel_reused);
	tcase_add_test(c, guard_4_a_call_on_an_inherited_pid_is_made);
	tcase_add_test(c, guard_4_a_child_made_by_other_means_is_adopted);
	tcase_add_test(c, guard_4_5_a_child_made_by_other_means_and_no_memory);
	tcase_add_test(c, guard_4_stale_and_free_is_ESRCH_under_every_policy);
	return run_case("guard_stale", c);
}
