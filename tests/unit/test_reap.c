/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reap: what a wait returns, and what it does to the slot. Rules are those of
 * core/engine/reap.h. */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include "../support/reuse.h"

static void *bad_memory(void)
{
	void *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(bad, MAP_FAILED);
	return bad;
}

/* --- as natively: each child has a twin for which only the kernel waits --- */

struct ending {
	int code;   /* >= 0: exit status */
	int signal; /* > 0: ended by it */
};

static const struct ending endings[] = {
	{ 0, 0 },	 { 1, 0 },	  { 255, 0 },	   { -1, SIGTERM },
	{ -1, SIGKILL }, { -1, SIGABRT }, { -1, SIGSEGV }, { -1, 35 /* a real-time one */ },
};
#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static pid_t ends_so(struct ending how, bool recorded)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	pid_t pid = fork();

	if (pid == 0) {
		if (how.code >= 0)
			_exit(how.code);
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		signal(how.signal, SIG_DFL);
		kill(getpid(), how.signal);
		pause();
	}
	ck_assert_int_gt(pid, 0);
	if (recorded)
		pe_birth_end(&frame, &thread, &b, pid);
	return pid;
}

START_TEST(reap_1_the_status_of_each_ending_is_the_kernels)
{
	pid_t ours, native;
	int a = -1, b = -1;
	struct rusage used;
	struct pe_reap r;

	ours = ends_so(endings[_i], true);
	native = ends_so(endings[_i], false);
	memset(&used, 0xff, sizeof(used));
	r = wait_for(P_PID, (uint32_t)ours, 0);
	r.as_wait4 = true;
	r.status = &a;
	r.rusage = &used;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), ours);
	ck_assert_int_eq(waitpid(native, &b, 0), native);
	ck_assert_int_eq(a, b);
	ck_assert_int_gt(used.ru_maxrss, 0);
	ck_assert_int_ge(used.ru_utime.tv_sec, 0);
	ck_assert_int_eq(known(ours), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(reap_1_the_record_of_each_ending_is_the_kernels)
{
	pid_t ours = ends_so(endings[_i], true), native = ends_so(endings[_i], false);
	siginfo_t a, b;
	struct pe_reap r = wait_for(P_PID, (uint32_t)ours, 0);

	memset(&a, 0x5a, sizeof(a));
	memset(&b, 0x5a, sizeof(b));
	r.info = &a;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)native, &b, WEXITED), 0);
	ck_assert_int_eq(a.si_pid, ours);
	b.si_pid = a.si_pid;
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_int_eq(known(ours), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(no_event_is_returned_as_the_kernel_does)
{
	struct child c = recorded_child();
	struct pe_reap r = wait_for(P_PID, (uint32_t)c.pid, WNOHANG);
	siginfo_t a, b;
	struct rusage used, same;
	int status = 4711;

	memset(&a, 0x5a, sizeof(a));
	memset(&b, 0x5a, sizeof(b));
	memset(&used, 0x5a, sizeof(used));
	same = used;
	r.info = &a;
	r.rusage = &used;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)c.pid, &b, WEXITED | WNOHANG), 0);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	r.info = NULL;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	r.info = bad_memory();
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -EFAULT);
	r.info = NULL;
	r.as_wait4 = true;
	r.status = &status;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(status, 4711);
	ck_assert_mem_eq(&used, &same, sizeof(used));
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	memset(&a, 0x5a, sizeof(a));
	memset(&b, 0x5a, sizeof(b));
	r = wait_for(P_ALL, 0, 0);
	r.info = &a;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -ECHILD);
	ck_assert_int_eq(waitid(P_ALL, 0, &b, WEXITED), -1);
	ck_assert_mem_eq(&a, &b, sizeof(a));
}
END_TEST

/* Stops for its tracer, once by a signal and once at its exit. */
static pid_t traced(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(3);
	}
	return pid;
}

START_TEST(reap_4_ptrace_stops_are_returned_as_natively_and_close_no_slot)
{
	struct pe_birth birth = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	pid_t ours = traced(), native = traced();
	int a, b;

	pe_birth_end(&frame, &thread, &birth, ours);
	for (int stop = 0; stop < 3; stop++) {
		ck_assert_int_eq(reap(ours, &a, 0), ours);
		ck_assert_int_eq(waitpid(native, &b, 0), native);
		ck_assert_int_eq(a, b);
		ck_assert_int_eq(known(ours), stop < 2 ? PE_KNOWN_LIVE : PE_KNOWN_RELEASED);
		if (stop == 0) {
			ck_assert(WIFSTOPPED(a) && WSTOPSIG(a) == SIGSTOP);
			ptrace(PTRACE_SETOPTIONS, ours, NULL, PTRACE_O_TRACEEXIT);
			ptrace(PTRACE_SETOPTIONS, native, NULL, PTRACE_O_TRACEEXIT);
		} else if (stop == 1) {
			ck_assert_int_eq(a >> 8, SIGTRAP | PTRACE_EVENT_EXIT << 8);
		}
		ptrace(PTRACE_CONT, ours, NULL, NULL);
		ptrace(PTRACE_CONT, native, NULL, NULL);
	}
}
END_TEST

/* --- which children a wait is for --- */

START_TEST(a_group_has_its_own_children)
{
	struct child a = recorded_child(), b = recorded_child();
	struct pe_reap r;
	siginfo_t info;

	ck_assert_int_eq(setpgid(b.pid, b.pid), 0);
	end(a, 1);
	end(b, 2);
	r = wait_for(P_PGID, (uint32_t)b.pid, 0);
	r.info = &info;
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(info.si_pid, b.pid);
	ck_assert_int_eq(known(b.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(known(a.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -ECHILD);
	r.id = 0; /* one's own */
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), 0);
	ck_assert_int_eq(info.si_pid, a.pid);
}
END_TEST

START_TEST(a_pidfd_stands_for_its_child)
{
	struct child a = recorded_child(), b = recorded_child();
	int fd = (int)syscall(SYS_pidfd_open, b.pid, 0), status;
	struct pe_reap r = wait_for(P_PIDFD, (uint32_t)fd, 0);

	ck_assert_int_ge(fd, 0);
	r.as_wait4 = true;
	r.status = &status;
	end(a, 1);
	end(b, 2);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), b.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_int_eq(known(b.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -ECHILD);
	close(fd);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -EBADF);
	ck_assert_int_eq(reap(-1, &status, 0), a.pid);
}
END_TEST

START_TEST(a_clone_child_is_reaped_by_a_wait_with_WCLONE)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_CLONE);
	pid_t pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL); /* no exit signal */
	int status;

	if (pid == 0)
		_exit(6);
	pe_birth_end(&frame, &thread, &b, pid);
	ck_assert_int_eq(reap(pid, &status, 0), -ECHILD);
	ck_assert_int_eq(known(pid), PE_KNOWN_LIVE); /* that was no proof of its end */
	ck_assert_int_eq(reap(pid, &status, __WCLONE), pid);
	ck_assert_int_eq(WEXITSTATUS(status), 6);
	ck_assert_int_eq(known(pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(an_unseen_end_is_noted_by_the_next_wait_for_its_pid)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(reap(-1, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(reap(c.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(reap_1_the_status_is_the_kernels_and_the_zombie_is_gone)
{
	struct child c = recorded_child();
	int status = -1;

	ck_assert_int_eq(reap(c.pid, &status, WNOHANG), 0);
	end(c, 7);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(reap(c.pid, &status, 0), -ECHILD);
	ck_assert_int_eq(reap(-1, &status, WNOHANG), -ECHILD);
}
END_TEST

START_TEST(reap_4_stops_and_continues_are_returned_as_natively_and_close_no_slot)
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
		ck_assert_int_eq(known(ours.pid), i < 2 ? PE_KNOWN_LIVE : PE_KNOWN_RELEASED);
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
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
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
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(reap(c.pid, NULL, 0), -ECHILD);
}
END_TEST

START_TEST(a_bad_record_or_usage_is_EFAULT_and_the_child_is_gone)
{
	struct child c = recorded_child();
	struct pe_reap r = wait_for(P_PID, (uint32_t)c.pid, WSTOPPED);

	r.info = bad_memory();
	kill(c.pid, SIGSTOP);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -EFAULT);
	kill(c.pid, SIGCONT);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -EFAULT);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	c = recorded_child();
	r = wait_for(P_PID, (uint32_t)c.pid, 0);
	r.as_wait4 = true;
	r.rusage = bad_memory();
	end(c, 0);
	ck_assert_int_eq(pe_reap(&frame, &thread, &r), -EFAULT);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(reap_4_a_stop_returns_a_pid)
{
	struct child c = unrecorded_child();
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct pe_known k;

	pe_birth_end(&frame, &thread, &b, c.pid);
	k = pe_frame_know(&frame, (uint32_t)c.pid);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	kill(c.pid, SIGSTOP);
	ck_assert_int_eq(reap(c.pid, NULL, WUNTRACED), c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_FRESH);
	kill(c.pid, SIGCONT);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(SIGCHLD_ignored_and_the_wait_returns_ECHILD)
{
	struct child c;
	unsigned char byte = 0;

	signal(SIGCHLD, SIG_IGN);
	atomic_store(&frame.autoreap, true);
	c = recorded_child();
	ck_assert_int_eq((int)write(c.wake, &byte, 1), 1);
	ck_assert_int_eq(reap(c.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("waits");

	tcase_add_loop_test(c, reap_1_the_status_of_each_ending_is_the_kernels, 0, ENDINGS);
	tcase_add_loop_test(c, reap_1_the_record_of_each_ending_is_the_kernels, 0, ENDINGS);
	tcase_add_test(c, no_event_is_returned_as_the_kernel_does);
	tcase_add_test(c, reap_4_ptrace_stops_are_returned_as_natively_and_close_no_slot);
	tcase_add_test(c, a_group_has_its_own_children);
	tcase_add_test(c, a_pidfd_stands_for_its_child);
	tcase_add_test(c, a_clone_child_is_reaped_by_a_wait_with_WCLONE);
	tcase_add_test(c, an_unseen_end_is_noted_by_the_next_wait_for_its_pid);
	tcase_add_test(c, reap_1_the_status_is_the_kernels_and_the_zombie_is_gone);
	tcase_add_test(c, reap_4_stops_and_continues_are_returned_as_natively_and_close_no_slot);
	tcase_add_test(c, waitid_fills_the_callers_record);
	tcase_add_test(c, a_bad_pointer_is_EFAULT_and_the_child_is_gone);
	tcase_add_test(c, a_bad_record_or_usage_is_EFAULT_and_the_child_is_gone);
	tcase_add_test(c, reap_4_a_stop_returns_a_pid);
	tcase_add_test(c, SIGCHLD_ignored_and_the_wait_returns_ECHILD);
	return run_case("reap", c);
}
