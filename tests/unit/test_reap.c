/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reap: what a wait returns, and what it does to the slot. Rules are those of
 * core/engine/reap.h. */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include "../support/reuse.h"

/* Any wait, not only those by one pid. */
static struct pe_reap wait_for(int idtype, uint32_t id, int options)
{
	return (struct pe_reap){
		.peek = plain_peek,
		.by = PE_CALL_WAITID,
		.idtype = idtype,
		.id = id,
		.options = options | WEXITED,
	};
}

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

static int peeks;

static long interrupted_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	return peeks++ ? plain_peek(idtype, id, info, options) : -EINTR;
}

START_TEST(reap_2_an_interrupted_peek_is_an_interrupted_wait)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(reap_with(interrupted_peek, c.pid, NULL, 0), -EINTR);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(reap_with(interrupted_peek, c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(peeks, 2);
}
END_TEST

static int looked_with;

static long noting_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	looked_with = options;
	return plain_peek(idtype, id, info, options);
}

START_TEST(reap_2_the_peek_has_the_callers_options_and_consumes_nothing)
{
	struct child c = recorded_child();

	end(c, 0);
	ck_assert_int_eq(reap_with(noting_peek, c.pid, NULL, WUNTRACED | __WALL), c.pid);
	ck_assert_int_eq(looked_with, WEXITED | WUNTRACED | __WALL | WNOWAIT);
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

static pid_t thief_of;

/* Sees the zombie, and another thread reaps it first. */
static long robbed_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && thief_of && info->si_pid == thief_of) {
		ck_assert_int_eq(waitpid(thief_of, NULL, 0), thief_of);
		thief_of = 0;
	}
	return n;
}

START_TEST(reap_1_another_thread_reaps_first)
{
	struct child a = recorded_child(), b = recorded_child();
	int status;

	end(a, 1);
	thief_of = a.pid;
	end(b, 2);
	ck_assert_int_eq(reap_with(robbed_peek, -1, &status, 0), b.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_int_eq(thief_of, 0);
	/* its slot was released again; the kernel's result decides what becomes of it */
	ck_assert_int_eq(reap(a.pid, NULL, 0), -ECHILD);
	ck_assert_int_eq(known(a.pid), PE_KNOWN_RELEASED);
}
END_TEST

/* Sees the stop, and the child is continued before the wait returns it. */
static long continued_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_code == CLD_STOPPED) {
		kill(info->si_pid, SIGCONT);
		ck_assert_int_eq(waitid(P_PID, (id_t)info->si_pid, info, WCONTINUED), 0);
	}
	return n;
}

START_TEST(reap_4_after_a_stop_that_is_over_the_wait_goes_on)
{
	struct child c = recorded_child();
	siginfo_t si;

	kill(c.pid, SIGSTOP);
	ck_assert_int_eq(waitid(P_PID, (id_t)c.pid, &si, WSTOPPED | WNOWAIT), 0);
	ck_assert_int_eq(reap_with(continued_peek, c.pid, NULL, WUNTRACED | WNOHANG), 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
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

/* --- beside other threads' calls (slot.3) --- */

static pid_t waiter;
static _Atomic bool waiter_done;
static _Atomic uint32_t entered;
static uint32_t the_slot;
static bool zombie_was_there;
static uint32_t marked;

/* Inside a call on the slot until the reaper waits for it, or has not waited. */
static void *caller(void *pid)
{
	struct pe_thread self = { 0 };
	struct pe_hold h;
	siginfo_t si;

	pe_birth_enroll(&frame, &self);
	h = pe_hold_publish(&frame.records, &self, the_slot, SYS_kill);
	atomic_store(&entered, 1);
	while (!is_in_call(waiter, SYS_futex) && !atomic_load(&waiter_done))
		sched_yield();
	zombie_was_there = waitid(P_PID, (id_t) * (pid_t *)pid, &si, WEXITED | WNOWAIT | WNOHANG) ==
			   0;
	marked = *pe_hold_dead(&h);
	pe_hold_release(&self, &h);
	return NULL;
}

START_TEST(the_pid_stays_while_another_thread_is_inside_a_call)
{
	struct child c = recorded_child();
	pthread_t t;

	waiter = gettid();
	the_slot = pe_frame_know(&frame, (uint32_t)c.pid).index;
	end(c, 0);
	pthread_create(&t, NULL, caller, &c.pid);
	while (!atomic_load(&entered))
		sched_yield();
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	atomic_store(&waiter_done, true);
	pthread_join(t, NULL);
	ck_assert(zombie_was_there);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
}
END_TEST

START_TEST(a_call_in_progress_of_the_same_thread_is_marked)
{
	struct child a = recorded_child(), b = recorded_child();
	uint32_t slot_a = pe_frame_know(&frame, (uint32_t)a.pid).index,
		 slot_b = pe_frame_know(&frame, (uint32_t)b.pid).index;
	struct pe_hold on_a = pe_hold_publish(&frame.records, &thread, slot_a, SYS_kill),
		       on_b = pe_hold_publish(&frame.records, &thread, slot_b, SYS_kill);

	end(a, 0);
	ck_assert_int_eq(reap(-1, NULL, 0), a.pid); /* as a handler above both does */
	ck_assert_uint_eq(*pe_hold_dead(&on_a), 1);
	ck_assert_uint_eq(*pe_hold_dead(&on_b), 0);
	pe_hold_release(&thread, &on_b);
	pe_hold_release(&thread, &on_a);
	end(b, 0);
	ck_assert_int_eq(reap(b.pid, NULL, 0), b.pid);
}
END_TEST

static struct child late;

/* A birth is recorded between the peek and the reap. */
static long birth_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid && !late.pid)
		late = recorded_child();
	return n;
}

START_TEST(reap_3_births_between_peek_and_reap)
{
	struct child c = recorded_child();
	int status;

	end(c, 3);
	ck_assert_int_eq(reap_with(birth_in_between, -1, &status, 0), c.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 3);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	ck_assert_int_eq(known(late.pid), PE_KNOWN_LIVE);
	end(late, 0);
	ck_assert_int_eq(reap(late.pid, NULL, 0), late.pid);
}
END_TEST

/* The zombie that was seen is reaped, and its pid is recorded for a new child before the peek
 * returns. */
static long reborn_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid == 500 && known(500) == PE_KNOWN_NOTHING) {
		ck_assert_int_eq(waitpid(500, NULL, 0), 500);
		ck_assert_int_eq(recorded_child_as(500), 500);
		the_slot = pe_frame_know(&frame, 500).index;
	}
	return n;
}

static sem_t held, may_go;

/* Inside a call on the new child for as long as the wait lasts. */
static void *hold_the_newborn(void *unused)
{
	struct pe_thread self = { 0 };
	struct pe_hold h;

	pe_birth_enroll(&frame, &self);
	h = pe_hold_publish(&frame.records, &self, the_slot, SYS_kill);
	sem_post(&held);
	sem_wait(&may_go);
	marked = *pe_hold_dead(&h);
	pe_hold_release(&self, &h);
	return unused;
}

static pthread_t inside;

static long reborn_and_held(int idtype, uint32_t id, siginfo_t *info, int options)
{
	bool before = known(500) == PE_KNOWN_LIVE;
	long n = reborn_in_between(idtype, id, info, options);

	if (!before && known(500) == PE_KNOWN_LIVE) {
		pthread_create(&inside, NULL, hold_the_newborn, NULL);
		sem_wait(&held);
	}
	return n;
}

static void zombie_and_newborn_of_one_number(void)
{
	pid_t pid = fork_as(500);
	siginfo_t si;

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, 500, &si, WEXITED | WNOWAIT), 0);
	sem_init(&held, 0, 0);
	sem_init(&may_go, 0, 0);
	ck_assert_int_eq(reap_with(reborn_and_held, -1, NULL, WNOHANG), 0);
	sem_post(&may_go);
	pthread_join(inside, NULL);
	/* Its slot was not closed for the zombie of another: no wait for a call on it was
	 * abandoned. */
	ck_assert_uint_eq(marked, 0);
	ck_assert_int_eq(known(500), PE_KNOWN_LIVE);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), 0);
	ck_assert_int_eq(reap(500, NULL, 0), 500);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
}

START_TEST(reap_3_the_pid_is_reused_between_peek_and_reap)
{
	ck_assert_int_eq(in_own_namespace(zombie_and_newborn_of_one_number), 0);
}
END_TEST

static int stolen;

/* The zombie of a tracked child is taken, and its pid is an unrelated process's before the look
 * returns. */
static long reused_in_between(int idtype, uint32_t id, siginfo_t *info, int options)
{
	long n = plain_peek(idtype, id, info, options);

	if (n == 0 && info->si_pid == 500 && !stolen++) {
		ck_assert_int_eq(waitpid(500, NULL, 0), 500);
		unrelated_as(500);
	}
	return n;
}

static void zombie_and_unrelated_of_one_number(void)
{
	ck_assert_int_eq(recorded_child_as(500), 500);
	kill(500, SIGKILL);
	ck_assert_int_eq(reap_with(reused_in_between, 500, NULL, 0), -ECHILD);
	ck_assert_int_eq(stolen, 1);
	ck_assert_int_eq(known(500), PE_KNOWN_RELEASED);
	ck_assert_int_eq(guarded_kill(500, SIGKILL), -ESRCH);
	ck_assert_int_eq(kill(500, 0), 0);
}

START_TEST(reap_1_another_thread_reaps_first_and_the_pid_is_reused)
{
	ck_assert_int_eq(in_own_namespace(zombie_and_unrelated_of_one_number), 0);
}
END_TEST

static struct pe_birth late_birth;
static pid_t late_number;
static _Atomic int recorder, stray_reaper;

static void *record_late(void *unused)
{
	struct pe_thread self = { 0 };

	atomic_store(&recorder, gettid());
	pe_birth_end(&frame, &self, &late_birth, late_number);
	return unused;
}

static void *reap_the_stray(void *unused)
{
	struct pe_thread self = { 0 };
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAIT,
		.idtype = P_ALL,
		.options = WEXITED,
		.as_wait4 = true,
	};

	(void)unused;
	atomic_store(&stray_reaper, gettid());
	return (void *)pe_reap(&frame, &self, &r);
}

/* Both want the frame's lock, the recorder first (a futex wakes in order): the reaper then finds a
 * slot after all. */
START_TEST(a_birth_that_is_recorded_before_its_stray_is_reaped)
{
	uint64_t mask;
	struct child c;
	pthread_t t[2];
	void *reaped;

	late_birth = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	c = unrecorded_child();
	late_number = c.pid;
	end(c, 0);
	mask = pe_frame_lock(&frame);
	pthread_create(&t[0], NULL, record_late, NULL);
	while (!is_in_call(atomic_load(&recorder), SYS_futex))
		sched_yield();
	pthread_create(&t[1], NULL, reap_the_stray, NULL);
	while (!is_in_call(atomic_load(&stray_reaper), SYS_futex))
		sched_yield();
	pe_frame_unlock(&frame, mask);
	pthread_join(t[0], NULL);
	pthread_join(t[1], &reaped);
	ck_assert_int_eq((pid_t)(long)reaped, c.pid);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	/* not as a stray, which would have left its slot behind */
	ck_assert_uint_eq(pe_frame_know(&frame, (uint32_t)c.pid).slot->released_by, PE_CALL_WAIT);
}
END_TEST

START_TEST(a_child_that_was_never_recorded)
{
	struct child c = unrecorded_child();
	uint32_t before = frame.early_reaps;
	int status;

	end(c, 4);
	ck_assert_int_eq(reap(-1, &status, 0), c.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 4);
	ck_assert_uint_eq(frame.early_reaps, before + 1);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_NOTHING);
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

START_TEST(reap_1_two_threads_reap_each_child_once)
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

		ck_assert_int_eq((int)write(c[i].wake, &byte, 1), 1);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	ck_assert_int_eq(count[0] + count[1], 40);
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(known(c[i].pid), PE_KNOWN_RELEASED);
}
END_TEST

static pthread_barrier_t ready;
static pid_t contested;
static int statuses[2];

static void *reap_contested(void *index)
{
	struct pe_thread self = { 0 };
	int me = *(int *)index;
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAITPID,
		.idtype = P_PID,
		.id = (uint32_t)contested,
		.options = WEXITED,
		.as_wait4 = true,
		.status = &statuses[me],
	};

	pthread_barrier_wait(&ready);
	return (void *)pe_reap(&frame, &self, &r);
}

START_TEST(reap_1_two_threads_reap_the_same_child_and_one_gets_it)
{
	static int indices[2] = { 0, 1 };

	pthread_barrier_init(&ready, NULL, 2);
	for (int round = 0; round < 200; round++) {
		struct child c = recorded_child();
		pthread_t t[2];
		void *n[2];
		int winner;

		contested = c.pid;
		end(c, (unsigned char)round);
		statuses[0] = statuses[1] = -1;
		for (int i = 0; i < 2; i++)
			pthread_create(&t[i], NULL, reap_contested, &indices[i]);
		for (int i = 0; i < 2; i++)
			pthread_join(t[i], &n[i]);
		winner = (long)n[0] > 0 ? 0 : 1;
		ck_assert_int_eq((long)n[winner], c.pid);
		ck_assert_int_eq((long)n[!winner], -ECHILD);
		ck_assert_int_eq(WEXITSTATUS(statuses[winner]), round);
		ck_assert_int_eq(statuses[!winner], -1);
		ck_assert_int_eq(known(c.pid), PE_KNOWN_RELEASED);
	}
	ck_assert_uint_eq(frame.slots.live, 0);
}
END_TEST

static struct pe_known half;
static pthread_t half_done;

static bool has_two_closers(const struct pe_slot *s)
{
	return (pe_slot_word(s) & ~(PE_SLOT_DEAD | PE_SLOT_REAPING)) >= 2 * PE_SLOT_CLOSER;
}

static void *record_the_reap(void *unused)
{
	const struct pe_obituary end = { .status = 5 << 8,
					 .flags = PE_OBITUARY_KNOWN | PE_OBITUARY_ANY };
	struct pe_thread self = { 0 };

	while (!has_two_closers(half.slot)) /* until the other wait is in the release, too */
		sched_yield();
	pe_release_reaped(&frame, &self, &half, PE_CALL_WAIT, &end);
	pe_release_leave(&frame, half.index);
	return unused;
}

/* Meanwhile a wait for any child of another thread has made its reap, and nothing more. */
static long half_reaped(int idtype, uint32_t id, siginfo_t *info, int options)
{
	(void)idtype;
	(void)info;
	(void)options;
	half = pe_frame_know(&frame, id);
	ck_assert_int_eq(pe_slot_close(half.slot, half.instance), 0);
	ck_assert_int_eq(pe_slot_begin_reap(half.slot), 0);
	ck_assert_int_eq(waitpid((pid_t)id, NULL, 0), (pid_t)id);
	pthread_create(&half_done, NULL, record_the_reap, NULL);
	return -ECHILD;
}

START_TEST(share_1_a_reap_that_is_not_recorded_yet_is_awaited)
{
	struct child c = recorded_child();
	int status = -1;

	settings.share_waits = true;
	end(c, 5);
	ck_assert_int_eq(reap_with(half_reaped, c.pid, &status, 0), c.pid);
	ck_assert_int_eq(status, 5 << 8);
	pthread_join(half_done, NULL);
	ck_assert_int_eq(reap(c.pid, &status, 0), -ECHILD);
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
	tcase_add_test(c, reap_2_an_interrupted_peek_is_an_interrupted_wait);
	tcase_add_test(c, reap_2_the_peek_has_the_callers_options_and_consumes_nothing);
	tcase_add_test(c, reap_1_the_status_is_the_kernels_and_the_zombie_is_gone);
	tcase_add_test(c, reap_4_stops_and_continues_are_returned_as_natively_and_close_no_slot);
	tcase_add_test(c, waitid_fills_the_callers_record);
	tcase_add_test(c, a_bad_pointer_is_EFAULT_and_the_child_is_gone);
	tcase_add_test(c, a_bad_record_or_usage_is_EFAULT_and_the_child_is_gone);
	tcase_add_test(c, reap_1_another_thread_reaps_first);
	tcase_add_test(c, reap_4_after_a_stop_that_is_over_the_wait_goes_on);
	tcase_add_test(c, reap_4_a_stop_returns_a_pid);
	tcase_add_test(c, the_pid_stays_while_another_thread_is_inside_a_call);
	tcase_add_test(c, a_call_in_progress_of_the_same_thread_is_marked);
	tcase_add_test(c, reap_3_births_between_peek_and_reap);
	tcase_add_test(c, reap_3_the_pid_is_reused_between_peek_and_reap);
	tcase_add_test(c, reap_1_another_thread_reaps_first_and_the_pid_is_reused);
	tcase_add_test(c, a_birth_that_is_recorded_before_its_stray_is_reaped);
	tcase_add_test(c, a_child_that_was_never_recorded);
	tcase_add_test(c, reap_1_two_threads_reap_each_child_once);
	tcase_add_test(c, reap_1_two_threads_reap_the_same_child_and_one_gets_it);
	tcase_add_test(c, share_1_a_reap_that_is_not_recorded_yet_is_awaited);
	tcase_add_test(c, SIGCHLD_ignored_and_the_wait_returns_ECHILD);
	return run_case("reap", c);
}
