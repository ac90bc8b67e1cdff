/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard: which calls go through. Letters are those of core/guard.h.
 *
 * A stranger under a stale number is had without waiting for a wrap: the test enters the number of a living process that is not its
 * child (its grandchild) as one that it had and reaped.
 */
#include "frame.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

/* @pid was our child and has been reaped, as far as the frame knows */
static void make_stale(pid_t pid)
{
	struct pe_birth b = pe_process_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct pe_known k;

	pe_process_birth_end(&frame, &thread, &b, pid);
	k = pe_process_know(&frame, (uint32_t)pid);
	ck_assert_int_eq(k.what, PE_STALE_LIVE);
	pe_process_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_int_eq(known(pid), PE_STALE_RELEASED);
}

/* A living process that is nobody of ours: a child of a child. It ends when `stranger_leash` closes. */
static int stranger_leash;

static pid_t stranger(void)
{
	int tell[2], leash[2];
	pid_t pid = 0, parent;
	char c;

	ck_assert_int_eq(pipe(tell) + pipe(leash), 0);
	parent = fork();
	if (parent == 0) {
		close(leash[1]);
		pid = fork();
		if (pid > 0) {
			ck_assert_int_eq((int)write(tell[1], &pid, sizeof(pid)), sizeof(pid));
			waitpid(pid, NULL, 0);
			_exit(0);
		}
		_exit(read(leash[0], &c, 1) != 0);
	}
	close(leash[0]);
	stranger_leash = leash[1];
	ck_assert_int_eq((int)read(tell[0], &pid, sizeof(pid)), sizeof(pid));
	return pid;
}

START_TEST(J1_an_unknown_number_is_the_kernels_business)
{
	pid_t other = stranger();

	ck_assert_int_eq(guarded_kill(other, 0), 0);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	ck_assert_int_eq(guarded_kill(other, 1000), -EINVAL);
	ck_assert_int_eq(guarded_kill(4194303, 0), -ESRCH);
	ck_assert_int_eq(guarded_kill(0, 0), 0); /* a group */
}
END_TEST

START_TEST(J2_a_living_child_gets_its_signal)
{
	struct child c = recorded_child();
	int status;

	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_uint_eq(thread.level, 0);
}
END_TEST

START_TEST(J2_all_levels_taken_and_still_right)
{
	struct child c = recorded_child();

	thread.level = 4; /* as four handlers deep */
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_uint_eq(thread.level, 4);
	end(c, 0);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0); /* a zombie */
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
}
END_TEST

START_TEST(J3_a_closed_slot_is_asked_for_by_pidfd)
{
	struct child c = recorded_child();
	struct pe_known k = pe_process_know(&frame, (uint32_t)c.pid);

	end(c, 0);
	ck_assert_int_eq(pe_slot_close(k.slot, k.life), 0);
	ck_assert_int_eq(guarded_kill(c.pid, SIGTERM), 0);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -EINVAL);
	ck_assert(!pe_slot_leave(k.slot));
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(J3_pidfd_open_of_a_closed_slot_opens_it)
{
	struct child c = recorded_child();
	struct pe_known k = pe_process_know(&frame, (uint32_t)c.pid);
	const struct pe_use u = {
		.by = PE_CALL_PIDFD_OPEN,
		.number = c.pid,
		.signal = PE_GUARD_NO_SIGNAL,
		.call = { .nr = SYS_pidfd_open, .arg = { c.pid, 0 } },
	};
	siginfo_t si;
	long fd;

	end(c, 5);
	pe_slot_close(k.slot, k.life);
	fd = pe_guard(&frame, &thread, &u);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(waitid(P_PIDFD, (id_t)fd, &si, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(si.si_status, 5);
	pe_slot_leave(k.slot);
}
END_TEST

START_TEST(J4_stale_and_held_by_a_stranger_by_policy)
{
	pid_t other = stranger();

	make_stale(other);
	ck_assert_int_eq(guarded_kill(other, 0), -ESRCH);
	settings.stale_errno = PE_EEPOCH;
	ck_assert_int_eq(guarded_kill(other, 0), -PE_EEPOCH);
	settings.policy = PE_STALE_REPORT;
	ck_assert_int_eq(guarded_kill(other, 0), 0);
	settings.policy = PE_STALE_REFUSE;
	settings.trusted = true;
	ck_assert_int_eq(guarded_kill(other, 0), 0);
	settings.trusted = false;
	pe_process_learn(&frame, &thread, other);
	ck_assert_int_eq(guarded_kill(other, 0), 0);
}
END_TEST

START_TEST(J4_abort_is_SIGABRT)
{
	pid_t other = stranger(), pid;
	int status;

	make_stale(other);
	settings.policy = PE_STALE_ABORT;
	pid = fork();
	if (pid == 0) {
		frame.tgid = getpid();
		*frame.life = 1; /* the parent's knowledge as this process's own */
		guarded_kill(other, 0);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

START_TEST(J4_inherited_is_told_and_let_through)
{
	pid_t other = stranger(), pid;
	int status;

	make_stale(other);
	pid = fork();
	if (pid == 0)
		_exit(guarded_kill(other, 0) == 0 && known(other) == PE_STALE_INHERITED ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(J4_a_child_made_by_other_means_is_adopted)
{
	struct child c = unrecorded_child();

	make_stale(c.pid); /* an earlier life of the number */
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(known(c.pid), PE_STALE_LIVE);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
}
END_TEST

START_TEST(J4_stale_and_free_is_ESRCH_whatever_the_policy)
{
	struct child c = recorded_child();

	end(c, 0);
	reap(c.pid, NULL, 0);
	for (int policy = PE_STALE_REPORT; policy <= PE_STALE_ABORT; policy++) {
		settings.policy = (enum pe_stale_policy)policy;
		ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	}
}
END_TEST

static pid_t other_thread;
static pthread_barrier_t met;

static void *be_there(void *unused)
{
	other_thread = gettid();
	pthread_barrier_wait(&met);
	pthread_barrier_wait(&met);
	return unused;
}

START_TEST(J5_kin_passes)
{
	pthread_t t;

	pthread_barrier_init(&met, NULL, 2);
	pthread_create(&t, NULL, be_there, NULL);
	pthread_barrier_wait(&met);
	make_stale(getppid());
	make_stale(other_thread);
	make_stale(getpid());
	ck_assert_int_eq(guarded_kill(getppid(), 0), 0);
	ck_assert_int_eq(guarded_kill(other_thread, 0), 0);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	pthread_barrier_wait(&met);
	pthread_join(t, NULL);
}
END_TEST

START_TEST(SIGCHLD_ignored_goes_by_pidfd)
{
	struct child c;
	unsigned char byte = 0;

	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	c = recorded_child();
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq((int)write(c.tell, &byte, 1), 1);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), -1);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
}
END_TEST

START_TEST(no_descriptor_is_left_behind)
{
	pid_t other = stranger();
	int lowest = dup(0);

	make_stale(other);
	close(lowest);
	guarded_kill(other, 0);
	ck_assert_int_eq(dup(0), lowest);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("calls");

	tcase_add_test(c, J1_an_unknown_number_is_the_kernels_business);
	tcase_add_test(c, J2_a_living_child_gets_its_signal);
	tcase_add_test(c, J2_all_levels_taken_and_still_right);
	tcase_add_test(c, J3_a_closed_slot_is_asked_for_by_pidfd);
	tcase_add_test(c, J3_pidfd_open_of_a_closed_slot_opens_it);
	tcase_add_test(c, J4_stale_and_held_by_a_stranger_by_policy);
	tcase_add_test(c, J4_abort_is_SIGABRT);
	tcase_add_test(c, J4_inherited_is_told_and_let_through);
	tcase_add_test(c, J4_a_child_made_by_other_means_is_adopted);
	tcase_add_test(c, J4_stale_and_free_is_ESRCH_whatever_the_policy);
	tcase_add_test(c, J5_kin_passes);
	tcase_add_test(c, SIGCHLD_ignored_goes_by_pidfd);
	tcase_add_test(c, no_descriptor_is_left_behind);
	return run_case("guard", c);
}
