/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group: signals to groups that children led. Rules are those of core/evidence/group.h. Each test
 * runs in its own pid namespace, in which it chooses the pids.
 */
#include "core/evidence/group.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "../support/group.h"

static void members_are_reached(void)
{
	pid_t member;

	block_signals();
	record_group(&member);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(LEADER, 1);
	await_count(MEMBER, 1);
	end_leader();
	ck_assert_int_eq(known(PID), PE_KNOWN_RELEASED);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 2);
	ck_assert_int_eq(guarded_killpg(1000), -EINVAL);
	end_member(member);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), -ESRCH);
}

static void unrelated_are_spared(void)
{
	pid_t member;

	block_signals();
	record_group(&member);
	end_leader();
	end_member(member);
	then_unrelated(-ESRCH);
}

static void a_leader_that_moved_away(void)
{
	pid_t member;

	block_signals();
	record_group(&member);
	ck_assert_int_eq(setpgid(0, 0) + setpgid(PID, getpid()), 0);
	end_leader();
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 1);
	end_member(member);
	then_unrelated(-ESRCH);
}

/* reaped by another thread before its birth was recorded */
static void a_leader_that_was_reaped_first(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_CLONE);
	pid_t member;

	block_signals();
	fork_group(&member, LEADER, MEMBER);
	end_leader();
	pe_birth_end(&frame, &thread, &b, PID);
	ck_assert_int_eq(known(PID), PE_KNOWN_RELEASED);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 1);
	end_member(member);
	then_unrelated(-ESRCH);
}

/* The second leader is reaped without a note. The note of the first must not refuse the signal. */
static void the_next_of_its_pid(void)
{
	struct pe_known k;
	pid_t member;

	block_signals();
	record_group(&member);
	end_leader();
	end_member(member);
	atomic_store(&frame.groups.works, PE_GROUPS_WORK);
	record_group(&member);
	k = pe_frame_know(&frame, PID);
	kill(PID, SIGTERM);
	ck_assert_int_eq(waitpid(PID, NULL, 0), PID);
	pe_release_lost(&frame, &thread, &k, PE_CALL_ELSEWHERE);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 1);
	end_member(member);
}

static void record_child(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_CLONE);
	pid_t pid = fork_as(PID);

	if (pid == 0)
		await_signals(LEADER, -1);
	pe_birth_end(&frame, &thread, &b, pid);
}

/* group.8. A thread finds that the child has gone, and continues only after another thread has
 * reaped it and its pid is that of an unrelated group. */
static void a_loss_that_is_none(void)
{
	struct pe_known k;
	pid_t member;

	block_signals();
	record_child();
	k = pe_frame_know(&frame, PID);
	end_leader();
	member = unrelated_without_leader();
	pe_release_lost(&frame, &thread, &k, PE_CALL_ELSEWHERE);
	ck_assert_uint_eq(pe_group_note_if_led(&frame, PID), PE_GROUP_NOT_NOTED);
	ck_assert_int_eq(kill(-PID, 0), 0); /* natively it would be reached */
	ck_assert_int_eq(guarded_killpg(SIGUSR1), -ESRCH);
	end_member(member);
	ck_assert_uint_eq(atomic_load(&had[UNRELATED]), 0);
}

/* group.8. The same for a child that was reaped before its birth was recorded: whether it left a
 * group was asked then. */
static void a_birth_that_comes_late(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_CLONE);
	pid_t member;

	block_signals();
	if (fork_as(PID) == 0)
		await_signals(LEADER, -1);
	end_leader();
	member = unrelated_without_leader();
	pe_birth_end(&frame, &thread, &b, PID);
	ck_assert_int_eq(known(PID), PE_KNOWN_RELEASED);
	ck_assert_int_eq(kill(-PID, 0), 0); /* natively it would be reached */
	ck_assert_int_eq(guarded_killpg(SIGUSR1), -ESRCH);
	end_member(member);
	ck_assert_uint_eq(atomic_load(&had[UNRELATED]), 0);
}

/* group.8. Of a child whose end was not seen: a later process of its pid proves that it left no
 * group. */
static void a_loss_with_a_successor(void)
{
	struct pe_known k;
	pid_t member;

	block_signals();
	record_child();
	k = pe_frame_know(&frame, PID);
	kill(PID, SIGTERM);
	ck_assert_int_eq(waitpid(PID, NULL, 0), PID);
	fork_group(&member, UNRELATED, UNRELATED);
	pe_release_lost(&frame, &thread, &k, PE_CALL_ELSEWHERE);
	end_member(PID);
	ck_assert_int_eq(kill(-PID, 0), 0); /* natively it would be reached */
	ck_assert_int_eq(guarded_killpg(SIGUSR1), -ESRCH);
	end_member(member);
	ck_assert_uint_eq(atomic_load(&had[UNRELATED]), 0);
}

static void a_kernel(uint32_t works)
{
	pid_t member;

	block_signals();
	record_group(&member);
	end_leader();
	atomic_store(&frame.groups.works, works);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 1);
	end_member(member);
	atomic_store(&frame.groups.works, works);
	then_unrelated(0);
}

static void an_untried_kernel(void)
{
	a_kernel(PE_GROUPS_UNTRIED);
}

static void a_kernel_without_handles(void)
{
	a_kernel(PE_GROUPS_NEVER);
}

/* Without a note, a later process of that pid proves that the group is gone. */
static void by_pid_alone(void)
{
	pid_t member, unrelated;

	block_signals();
	settings.force_old = PE_OLD_HANDLE;
	record_group(&member);
	end_leader();
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 1);
	end_member(member);
	unrelated = unrelated_as(PID).pid;
	setpgid(unrelated, unrelated);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), -ESRCH);
}

static void no_descriptor_is_no_proof(void)
{
	struct rlimit before, none = { 0, 0 };
	pid_t member;

	block_signals();
	record_group(&member);
	end_leader();
	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	setrlimit(RLIMIT_NOFILE, &before);
	await_count(MEMBER, 1);
	end_member(member);
}

static void only_children_are_noted(void)
{
	struct unrelated s;
	pid_t member;

	block_signals();
	s = unrelated_as(PID);
	ck_assert_uint_eq(pe_group_note(&frame, PID), 0);
	unrelated_ends(&s);
	ck_assert_uint_eq(pe_group_note(&frame, PID), 0);
	record_group(&member);
	ck_assert_uint_ne(pe_group_note_if_led(&frame, PID), 0);
	ck_assert_uint_eq(pe_group_note_if_led(&frame, (uint32_t)member), 0);
	end_leader();
	end_member(member);
}

static void a_vanishing_leader(void)
{
	siginfo_t si;
	pid_t member;

	block_signals();
	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	record_group(&member);
	ck_assert_uint_ne(pe_group_note(&frame, PID), 0);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(LEADER, 1);
	await_count(MEMBER, 1); /* a pending signal would swallow the next */
	kill(PID, SIGTERM);
	waitid(P_PID, PID, &si, WEXITED);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 2);
	kill(member, SIGTERM);
}

/* A zombie that another thread is about to reap, and calls that no pidfd can make. */
static void a_closed_slot_and_other_calls(void)
{
	struct pe_use nice = {
		.by = PE_CALL_GETPRIORITY,
		.pid = PID,
		.group = true,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_getpriority, .arg = { PRIO_PGRP, PID } },
	};
	int usual = 20 - getpriority(PRIO_PROCESS, 0);
	struct pe_known k;
	pid_t member;

	block_signals();
	record_group(&member);
	ck_assert_int_eq(pe_guard(&frame, &thread, &nice), usual);
	k = pe_frame_know(&frame, PID);
	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0);
	ck_assert_int_eq(guarded_killpg(SIGUSR1), 0);
	await_count(MEMBER, 1);
	pe_slot_leave(k.slot);
	end_leader();
	ck_assert_int_eq(pe_guard(&frame, &thread, &nice), usual);
	end_member(member);
	atomic_store(&frame.groups.works, PE_GROUPS_WORK);
	ck_assert_int_eq(pe_guard(&frame, &thread, &nice), -ESRCH);
}

static const char *events(void)
{
	static char text[8192];
	int fd = open(settings.events, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

static long wait_for_group(void)
{
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAITPID,
		.idtype = P_PGID,
		.id = PID,
		.options = WEXITED,
		.as_wait4 = true,
	};

	return pe_reap(&frame, &thread, &r);
}

/* An unrelated leader holds the pid: a wait for its members is only reported. */
static void a_wait_for_a_group(void)
{
	char path[PATH_MAX];
	pid_t member;

	block_signals();
	record_group(&member);
	end_leader();
	ck_assert_int_eq(kill(member, SIGTERM), 0);
	ck_assert_int_eq(wait_for_group(), member);
	own_file(path, sizeof(path));
	settings.events = path;
	frame.watching = true;
	ck_assert_int_eq(wait_for_group(), -ECHILD);
	ck_assert_str_eq(events(), "");
	unrelated_as(PID);
	ck_assert_int_eq(wait_for_group(), -ECHILD);
	ck_assert_ptr_nonnull(strstr(events(), "\"kind\":\"probe\""));
	ck_assert_ptr_nonnull(
		strstr(events(), "\"call\":\"waitpid\",\"number\":400,\"group\":\"ended\""));
}

static const struct scenario {
	void (*run)(void);
	uint32_t old;
	bool by_handle; /* only a handle shows that the group is gone */
} scenarios[] = {
	{ members_are_reached, 0, false },
	{ members_are_reached, PE_OLD_PIDFS, false },
	{ members_are_reached, PE_OLD_HANDLE, false },
	{ members_are_reached, PE_OLD_INODE, false },
	{ unrelated_are_spared, 0, true },
	{ unrelated_are_spared, PE_OLD_PIDFS, true },
	{ a_leader_that_moved_away, 0, true },
	{ a_leader_that_was_reaped_first, 0, true },
	{ the_next_of_its_pid, 0, false },
	{ a_loss_that_is_none, 0, false },
	{ a_birth_that_comes_late, 0, false },
	{ a_loss_with_a_successor, 0, false },
	{ an_untried_kernel, 0, false },
	{ a_kernel_without_handles, 0, false },
	{ by_pid_alone, 0, false },
	{ no_descriptor_is_no_proof, 0, false },
	{ only_children_are_noted, 0, false },
	{ a_vanishing_leader, 0, true },
	{ a_closed_slot_and_other_calls, 0, false },
	{ a_wait_for_a_group, 0, false },
};

static const struct scenario *chosen;

/* Does the handle of a pidfd open? It may also be a container that forbids it. */
static bool handles_work(void)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + 128];
	} u = { .handle = { .handle_bytes = 128 } };
	int mount, found, fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	ck_assert_int_ge(fd, 0);
	found = name_to_handle_at(fd, "", &u.handle, &mount, AT_EMPTY_PATH);
	if (found == 0)
		found = open_by_handle_at(fd, &u.handle, O_CLOEXEC);
	return found >= 0;
}

static void run_chosen(void)
{
	settings.force_old = chosen->old;
	if (chosen->by_handle && !handles_work())
		fprintf(stderr,
			"left out: this kernel gives pidfds no file handles (Linux 6.14)\n");
	else
		chosen->run();
}

START_TEST(group_1_to_7)
{
	chosen = &scenarios[_i];
	ck_assert_int_eq(in_own_namespace(run_chosen), 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("group");

	tcase_add_loop_test(c, group_1_to_7, 0, sizeof(scenarios) / sizeof(scenarios[0]));
	return run_case("group", c);
}
