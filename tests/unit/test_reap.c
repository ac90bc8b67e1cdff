/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reap: what a wait returns, and what it does to the slot. Letters are those of core/reap.h. */
#include "frame.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

START_TEST(H1_the_status_is_the_kernels_and_the_zombie_is_gone)
{
	struct child c = recorded_child();
	int status = -1;

	ck_assert_int_eq(reap(c.pid, &status, WNOHANG), 0);
	end(c, 7);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
	ck_assert_int_eq(reap(c.pid, &status, 0), -ECHILD);
	ck_assert_int_eq(reap(-1, &status, WNOHANG), -ECHILD);
}
END_TEST

START_TEST(H4_stops_and_continues_are_told_as_natively_and_close_nothing)
{
	struct child ours = recorded_child(), native = unrecorded_child();
	const int signals[] = { SIGSTOP, SIGCONT, SIGKILL };

	for (int i = 0; i < 3; i++) {
		int a = 0, b = 0;

		kill(ours.pid, signals[i]);
		kill(native.pid, signals[i]);
		ck_assert_int_eq(reap(ours.pid, &a, WUNTRACED | WCONTINUED), ours.pid);
		ck_assert_int_eq(waitpid(native.pid, &b, WUNTRACED | WCONTINUED), native.pid);
		ck_assert_int_eq(a, b);
		ck_assert_int_eq(known(ours.pid), i < 2 ? PE_STALE_LIVE : PE_STALE_RELEASED);
	}
}
END_TEST

START_TEST(waitid_fills_the_callers_record)
{
	struct child c = recorded_child();
	siginfo_t info;
	struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAITID,
		.idtype = P_PID,
		.id = (uint32_t)c.pid,
		.options = WEXITED | WNOHANG,
		.info = &info,
	};

	memset(&info, 0xff, sizeof(info));
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(info.si_pid, 0);
	ck_assert_int_eq(info.si_signo, 0);
	end(c, 9);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(info.si_pid, c.pid);
	ck_assert_int_eq(info.si_status, 9);
	ck_assert_int_eq(info.si_code, CLD_EXITED);
	ck_assert_int_eq(info.si_signo, SIGCHLD);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
}
END_TEST

START_TEST(a_bad_pointer_is_EFAULT_and_the_child_is_gone)
{
	void *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct child c = recorded_child();

	kill(c.pid, SIGSTOP);
	ck_assert_int_eq(reap(c.pid, bad, WUNTRACED), -EFAULT);
	kill(c.pid, SIGCONT);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, bad, 0), -EFAULT);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
	ck_assert_int_eq(reap(c.pid, NULL, 0), -ECHILD);
}
END_TEST

static pid_t thief_of;

/* Sees the zombie, and somebody else reaps it before we do. */
static long robbed_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && thief_of && info->si_pid == thief_of) {
		ck_assert_int_eq(waitpid(thief_of, NULL, 0), thief_of);
		thief_of = 0;
	}
	return n;
}

START_TEST(H1_somebody_else_was_first)
{
	struct child a = recorded_child(), b = recorded_child();
	int status;

	end(a, 1);
	thief_of = a.pid;
	end(b, 2);
	ck_assert_int_eq(reap_with(robbed_peek, -1, &status, 0), b.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_int_eq(thief_of, 0);
	/* its slot was let go of again; the kernel's answer decides what becomes of a */
	ck_assert_int_eq(reap(a.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(a.pid), PE_STALE_RELEASED);
}
END_TEST

static struct child late;

/* A birth is recorded between the look and the reap. */
static long birth_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid && !late.pid)
		late = recorded_child();
	return n;
}

START_TEST(H3_births_between_look_and_reap)
{
	struct child c = recorded_child();
	int status;

	end(c, 3);
	ck_assert_int_eq(reap_with(birth_in_between, -1, &status, 0), c.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 3);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
	ck_assert_int_eq(known(late.pid), PE_STALE_LIVE);
	end(late, 0);
	ck_assert_int_eq(reap(late.pid, NULL, 0), late.pid);
}
END_TEST

START_TEST(a_child_that_was_never_recorded)
{
	struct child c = unrecorded_child();
	uint32_t before = frame.strays;
	int status;

	end(c, 4);
	ck_assert_int_eq(reap(-1, &status, 0), c.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 4);
	ck_assert_uint_eq(frame.strays, before + 1);
	ck_assert_int_eq(known(c.pid), PE_STALE_NOTHING);
}
END_TEST

static void *reaper(void *count)
{
	struct pe_thread self = { 0 };
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAIT,
		.idtype = P_ALL,
		.options = WEXITED,
		.as_wait4 = true,
	};

	while (pe_reap(&frame, &self, &r) > 0)
		++*(int *)count;
	return NULL;
}

START_TEST(H1_two_threads_reap_each_child_once)
{
	struct child c[40];
	pthread_t t[2];
	int count[2] = { 0, 0 };

	for (int i = 0; i < 40; i++)
		c[i] = recorded_child();
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, reaper, &count[i]);
	for (int i = 0; i < 40; i++) {
		unsigned char byte = 0;

		ck_assert_int_eq((int)write(c[i].tell, &byte, 1), 1);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	ck_assert_int_eq(count[0] + count[1], 40);
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(known(c[i].pid), PE_STALE_RELEASED);
}
END_TEST

START_TEST(SIGCHLD_ignored_and_the_wait_says_so)
{
	struct child c;
	unsigned char byte = 0;

	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	c = recorded_child();
	ck_assert_int_eq((int)write(c.tell, &byte, 1), 1);
	ck_assert_int_eq(reap(c.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(c.pid), PE_STALE_RELEASED);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("waits");

	tcase_add_test(c, H1_the_status_is_the_kernels_and_the_zombie_is_gone);
	tcase_add_test(c, H4_stops_and_continues_are_told_as_natively_and_close_nothing);
	tcase_add_test(c, waitid_fills_the_callers_record);
	tcase_add_test(c, a_bad_pointer_is_EFAULT_and_the_child_is_gone);
	tcase_add_test(c, H1_somebody_else_was_first);
	tcase_add_test(c, H3_births_between_look_and_reap);
	tcase_add_test(c, a_child_that_was_never_recorded);
	tcase_add_test(c, H1_two_threads_reap_each_child_once);
	tcase_add_test(c, SIGCHLD_ignored_and_the_wait_says_so);
	return run_case("reap", c);
}
