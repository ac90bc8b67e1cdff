/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guard: calls on a closed slot, and on children while SIGCHLD is ignored, which go through a pidfd
 * or are refused. Rules are those of core/engine/guard.h. */
#include "core/engine/birth.h"
#include "../support/births.h"

#include <signal.h>
#include <sys/resource.h>

#include "../support/reuse.h"

START_TEST(guard_3_a_closed_slot_is_probed_by_pidfd)
{
	struct child c = recorded_child();
	struct pe_known k = pe_frame_know(&frame, (uint32_t)c.pid);

	end(c, 0);
	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0);
	ck_assert_int_eq(guarded_kill(c.pid, SIGTERM), 0);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -EINVAL);
	ck_assert(!pe_slot_leave(k.slot));
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(guard_3_pidfd_open_of_a_closed_slot_opens_it)
{
	struct child c = recorded_child();
	struct pe_known k = pe_frame_know(&frame, (uint32_t)c.pid);
	const struct pe_use u = {
		.by = PE_CALL_PIDFD_OPEN,
		.pid = c.pid,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_pidfd_open, .arg = { c.pid, 0 } },
	};
	siginfo_t si;
	long fd;

	end(c, 5);
	pe_slot_close(k.slot, k.instance);
	fd = pe_guard(&frame, &thread, &u);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(waitid(P_PIDFD, (id_t)fd, &si, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(si.si_status, 5);
	pe_slot_leave(k.slot);
}
END_TEST

/* Calls that no pidfd call can stand in for: the zombie still has its pid, and they are made as
 * they are. */
START_TEST(guard_3_other_calls_on_a_closed_slot_get_the_kernels_answer)
{
	struct child c = recorded_child();
	struct pe_known k = pe_frame_know(&frame, (uint32_t)c.pid);

	end(c, 0);
	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0);
	ck_assert_int_eq(use_of(c.pid, SYS_getpriority, 0, false),
			 20 - getpriority(PRIO_PROCESS, 0));
	ck_assert_int_eq(use_of(c.pid, SYS_tgkill, 0, true), 0);
	ck_assert_int_eq(use_of(c.pid, SYS_tgkill, 1000, true), -EINVAL);
	ck_assert_int_eq(syscall(SYS_tgkill, c.pid, c.pid, 0), 0);
	ck_assert(!pe_slot_leave(k.slot));
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(use_of(c.pid, SYS_getpriority, 0, false), -ESRCH);
}
END_TEST

/* A pidfd refers to the whole process, which is not what the call addresses. */
START_TEST(a_call_to_one_thread_is_never_made_by_pidfd)
{
	struct child c = recorded_child();
	const struct pe_use elsewhere = {
		.by = PE_CALL_TGKILL,
		.pid = c.pid,
		.to_thread = true,
		.call = { .nr = SYS_tgkill, .arg = { c.pid, getpid(), 0 } },
	};

	atomic_store(&frame.autoreap, true);
	ck_assert_int_eq(pe_guard(&frame, &thread, &elsewhere), -ESRCH);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(guard_3_a_closed_slot_whose_zombie_is_gone_is_stale)
{
	struct child c = recorded_child();
	struct pe_known k = pe_frame_know(&frame, (uint32_t)c.pid);

	end(c, 0);
	ck_assert_int_eq(pe_slot_close(k.slot, k.instance), 0); /* a reaper that has got so far */
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);	/* and further, but for the note */
	ck_assert_int_eq(guarded_kill(c.pid, SIGTERM), -ESRCH);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert(pe_slot_leave(k.slot));
}
END_TEST

/* Waits for a real-time signal and ends with the value that came with it. */
static pid_t recorded_listener(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	sigset_t set;
	siginfo_t si;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork();
	if (pid == 0)
		_exit(sigwaitinfo(&set, &si) == SIGRTMIN && si.si_code == SI_QUEUE
			      ? si.si_value.sival_int
			      : 99);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	pe_birth_end(&frame, &thread, &b, pid);
	return pid;
}

START_TEST(the_siginfo_is_passed_by_either_way)
{
	siginfo_t info = { .si_signo = SIGRTMIN, .si_code = SI_QUEUE };
	pid_t pid = recorded_listener();
	const struct pe_use u = {
		.by = PE_CALL_SIGQUEUE,
		.pid = pid,
		.signal = SIGRTMIN,
		.info = &info,
		.call = { .nr = SYS_rt_sigqueueinfo, .arg = { pid, SIGRTMIN, (long)&info } },
	};
	int status;

	info.si_pid = getpid();
	info.si_value.sival_int = 42;
	atomic_store(&frame.autoreap, _i); /* through a pidfd */
	ck_assert_int_eq(pe_guard(&frame, &thread, &u), 0);
	ck_assert_int_eq(reap(pid, &status, 0), pid);
	ck_assert_int_eq(status, 42 << 8);
}
END_TEST

static bool descriptors_left;

static void without_descriptors(pid_t stale)
{
	struct rlimit before, none;

	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	ck_assert_int_eq(guarded_kill(stale, SIGKILL), -ESRCH);
	setrlimit(RLIMIT_NOFILE, &before);
}

static void vanishes_and_the_number_is_reused(void)
{
	struct unrelated s;
	siginfo_t si;

	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	ck_assert_int_eq(recorded_child_as(500), 500);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, 500, &si, WEXITED), -1); /* returns when it is gone */
	signal(SIGCHLD, SIG_DFL);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE); /* the engine does not know */
	s = unrelated_as(500);
	if (descriptors_left)
		ck_assert_int_eq(guarded_kill(500, SIGKILL), -ESRCH);
	else
		without_descriptors(500);
	ck_assert_int_eq(kill(500, 0), 0);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_uint_eq(pe_frame_know(&frame, 500).slot->released_by, PE_CALL_AUTOREAP);
	unrelated_ends(&s);
}

START_TEST(SIGCHLD_ignored_and_an_unrelated_process_holds_the_pid)
{
	descriptors_left = _i;
	ck_assert_int_eq(in_own_namespace(vanishes_and_the_number_is_reused), 0);
}
END_TEST

/* No descriptor is available: a call on a child is made as it is; a call on another process is
 * not. */
START_TEST(SIGCHLD_ignored_and_no_descriptor_left)
{
	struct child c;
	struct rlimit none = { 0, 0 };
	unsigned char byte = 0;

	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	c = recorded_child();
	setrlimit(RLIMIT_NOFILE, &none);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -EINVAL);
	ck_assert_int_eq((int)write(c.wake, &byte, 1), 1);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), -1);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(SIGCHLD_ignored_uses_a_pidfd)
{
	struct child c;
	unsigned char byte = 0;

	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	c = recorded_child();
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq((int)write(c.wake, &byte, 1), 1);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), -1);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(no_descriptor_is_left_behind)
{
	pid_t other = unrelated();
	int lowest = dup(0);
	struct pe_birth b;
	struct child c;

	make_stale(other);
	close(lowest);
	guarded_kill(other, 0);
	ck_assert_int_eq(dup(0), lowest);
	close(lowest);
	/* nor by a call through a pidfd, to a child or to a process that turns out to be none */
	c = recorded_child();
	lowest = dup(0);
	close(lowest);
	atomic_store(&frame.autoreap, true);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(use_of(c.pid, SYS_getpriority, 0, false),
			 20 - getpriority(PRIO_PROCESS, 0));
	b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	pe_birth_end(&frame, &thread, &b, other);
	ck_assert_int_eq(known(other), PE_KNOWN_LIVE);
	ck_assert_int_eq(guarded_kill(other, 0), -ESRCH);
	ck_assert_int_eq(dup(0), lowest);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("calls");

	tcase_add_test(c, guard_3_a_closed_slot_is_probed_by_pidfd);
	tcase_add_test(c, guard_3_pidfd_open_of_a_closed_slot_opens_it);
	tcase_add_test(c, guard_3_other_calls_on_a_closed_slot_get_the_kernels_answer);
	tcase_add_test(c, a_call_to_one_thread_is_never_made_by_pidfd);
	tcase_add_test(c, guard_3_a_closed_slot_whose_zombie_is_gone_is_stale);
	tcase_add_loop_test(c, the_siginfo_is_passed_by_either_way, 0, 2);
	tcase_add_loop_test(c, SIGCHLD_ignored_and_an_unrelated_process_holds_the_pid, 0, 2);
	tcase_add_test(c, SIGCHLD_ignored_and_no_descriptor_left);
	tcase_add_test(c, SIGCHLD_ignored_uses_a_pidfd);
	tcase_add_test(c, no_descriptor_is_left_behind);
	return run_case("guard_pidfd", c);
}
