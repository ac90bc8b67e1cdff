/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard: which calls are made. Rules are those of core/engine/guard.h.
 *
 * The test gets an unrelated process under a stale pid without a wrap: it records the pid of a
 * living process that is not its child (its grandchild) as a child that it had and reaped. Where a
 * pid must really be reused, reuse.h does so.
 */
#include "core/engine/birth.h"
#include "../support/host.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/rseq.h>

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

/* record that @pid was our child and has been reaped */
static void make_stale(pid_t pid)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct pe_known k;

	pe_birth_end(&frame, &thread, &b, pid);
	k = pe_frame_know(&frame, (uint32_t)pid);
	ck_assert_int_eq(k.what, PE_KNOWN_LIVE);
	pe_release_lost(&frame, &thread, &k, PE_CALL_WAITPID);
	ck_assert_int_eq(known(pid), PE_KNOWN_RELEASED);
}

/* A living process that is not our child: a child of a child. It ends when `unrelated_leash`
 * closes. */
static int unrelated_leash;

static pid_t unrelated(void)
{
	int report[2], leash[2];
	pid_t pid = 0, parent;
	char c;

	ck_assert_int_eq(pipe(report) + pipe(leash), 0);
	parent = fork();
	if (parent == 0) {
		close(leash[1]);
		pid = fork();
		if (pid > 0) {
			ck_assert_int_eq((int)write(report[1], &pid, sizeof(pid)), sizeof(pid));
			waitpid(pid, NULL, 0);
			_exit(0);
		}
		_exit(read(leash[0], &c, 1) != 0);
	}
	close(leash[0]);
	unrelated_leash = leash[1];
	ck_assert_int_eq((int)read(report[0], &pid, sizeof(pid)), sizeof(pid));
	return pid;
}

START_TEST(guard_1_a_call_on_an_unknown_pid_is_the_kernels)
{
	pid_t other = unrelated();

	ck_assert_int_eq(guarded_kill(other, 0), 0);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	ck_assert_int_eq(guarded_kill(other, 1000), -EINVAL);
	ck_assert_int_eq(guarded_kill(4194303, 0), -ESRCH);
	ck_assert_int_eq(guarded_kill(0, 0), 0); /* a group */
}
END_TEST

START_TEST(a_vfork_childs_call_is_the_kernels)
{
	pid_t other = unrelated();

	make_stale(other);
	ck_assert_int_eq(guarded_kill(other, 0), -ESRCH);
	thread.vfork_depth = 1;
	ck_assert_int_eq(guarded_kill(other, 0), 0);
	thread.vfork_depth = 0;
}
END_TEST

START_TEST(guard_5_groups_pass)
{
	pid_t other = unrelated();

	make_stale(other);
	ck_assert_int_eq(setpgid(0, 0), 0);
	ck_assert_int_eq(guarded_kill(-getpid(), 0), 0);
	ck_assert_int_eq(guarded_kill(-other, 0), -ESRCH); /* the kernel's: no such group */
	ck_assert_int_eq(guarded_kill(0, 0), 0);
}
END_TEST

static void rseq_or_masks(int old)
{
	settings.rseq = __rseq_size != 0;
	settings.rseq_offset = __rseq_offset;
	settings.force_old = old ? PE_OLD_RSEQ : 0;
}

START_TEST(guard_2_either_gate_delivers_once_and_refuses_after_the_reap)
{
	struct child c;
	int status;

	rseq_or_masks(_i);
	c = recorded_child();
	ck_assert_int_eq(!thread.rseq, !settings.rseq || _i);
	for (int n = 0; n < 1000; n++)
		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -EINVAL);
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
	ck_assert_int_eq(guarded_kill(c.pid, 1000), -ESRCH); /* refused, not asked */
}
END_TEST

START_TEST(guard_1_an_open_slot_opens_no_descriptor)
{
	struct child c = recorded_child();
	struct rlimit none = { 0, 0 };
	long n;

	setrlimit(RLIMIT_NOFILE, &none);
	n = guarded_kill(c.pid, SIGKILL);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(guard_2_the_last_slot_is_only_a_guess)
{
	struct child a = recorded_child(), b = recorded_child();

	ck_assert_int_eq(guarded_kill(a.pid, 0), 0);
	ck_assert_uint_eq(thread.last, pe_frame_know(&frame, (uint32_t)a.pid).index);
	ck_assert_int_eq(guarded_kill(b.pid, 0), 0);
	ck_assert_uint_eq(thread.last, pe_frame_know(&frame, (uint32_t)b.pid).index);
	end(b, 0);
	ck_assert_int_eq(reap(b.pid, NULL, 0), b.pid);
	ck_assert_int_eq(guarded_kill(b.pid, 0), -ESRCH);
	ck_assert_uint_eq(thread.last, 0);
	ck_assert_int_eq(guarded_kill(a.pid, 0), 0);
	end(a, 0);
	ck_assert_int_eq(reap(a.pid, NULL, 0), a.pid);
}
END_TEST

START_TEST(guard_2_a_living_child_gets_its_signal)
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

START_TEST(guard_2_with_all_levels_used_calls_are_still_guarded)
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

static long use_of(pid_t pid, long nr, long second, bool to_thread)
{
	const struct pe_use u = {
		.by = PE_CALL_GETPRIORITY,
		.pid = pid,
		.signal = to_thread ? (int)second : PE_USE_NO_SIGNAL,
		.to_thread = to_thread,
		.call = { .nr = nr,
			  .arg = { nr == SYS_getpriority ? PRIO_PROCESS : pid, pid, second } },
	};

	return pe_guard(&frame, &thread, &u);
}

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

START_TEST(guard_2_every_level_up_to_the_last_goes_through_the_gate)
{
	struct child c = recorded_child();

	for (thread.level = 0; thread.level < PE_HOLD_LEVELS + 2;) {
		uint32_t level = thread.level;

		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
		ck_assert_uint_eq(thread.level, level);
		thread.level = level + 1;
	}
	thread.level = 0;
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

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

static pid_t other_thread;
static pthread_barrier_t announced;

static void *be_there(void *unused)
{
	other_thread = gettid();
	pthread_barrier_wait(&announced);
	pthread_barrier_wait(&announced);
	return unused;
}

START_TEST(guard_5_calls_on_related_processes_pass)
{
	pthread_t t;

	pthread_barrier_init(&announced, NULL, 2);
	pthread_create(&t, NULL, be_there, NULL);
	pthread_barrier_wait(&announced);
	make_stale(getppid());
	make_stale(other_thread);
	make_stale(getpid());
	ck_assert_int_eq(guarded_kill(getppid(), 0), 0);
	ck_assert_int_eq(guarded_kill(other_thread, 0), 0);
	ck_assert_int_eq(guarded_kill(getpid(), 0), 0);
	pthread_barrier_wait(&announced);
	pthread_join(t, NULL);
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

	tcase_add_test(c, guard_1_a_call_on_an_unknown_pid_is_the_kernels);
	tcase_add_test(c, a_vfork_childs_call_is_the_kernels);
	tcase_add_test(c, guard_5_groups_pass);
	tcase_add_loop_test(c, guard_2_either_gate_delivers_once_and_refuses_after_the_reap, 0, 2);
	tcase_add_test(c, guard_1_an_open_slot_opens_no_descriptor);
	tcase_add_test(c, guard_2_the_last_slot_is_only_a_guess);
	tcase_add_test(c, guard_2_a_living_child_gets_its_signal);
	tcase_add_test(c, guard_2_with_all_levels_used_calls_are_still_guarded);
	tcase_add_test(c, guard_3_a_closed_slot_is_probed_by_pidfd);
	tcase_add_test(c, guard_3_pidfd_open_of_a_closed_slot_opens_it);
	tcase_add_test(c, guard_3_other_calls_on_a_closed_slot_get_the_kernels_answer);
	tcase_add_test(c, a_call_to_one_thread_is_never_made_by_pidfd);
	tcase_add_test(c, guard_3_a_closed_slot_whose_zombie_is_gone_is_stale);
	tcase_add_loop_test(c, the_siginfo_is_passed_by_either_way, 0, 2);
	tcase_add_test(c, guard_2_every_level_up_to_the_last_goes_through_the_gate);
	tcase_add_test(c, guard_4_stale_and_held_by_an_unrelated_process_by_policy);
	tcase_add_loop_test(c, guard_4_each_verdict_is_carried_out_and_reported_once_or_not_at_all,
			    0, JUDGEMENTS);
	tcase_add_test(c, the_notice_names_caller_call_and_time);
	tcase_add_test(c, guard_4_abort_is_SIGABRT);
	tcase_add_test(c, guard_4_abort_ends_an_init_too);
	tcase_add_test(c, guard_4_a_pid_that_the_kernel_reused);
	tcase_add_loop_test(c, SIGCHLD_ignored_and_an_unrelated_process_holds_the_pid, 0, 2);
	tcase_add_test(c, SIGCHLD_ignored_and_no_descriptor_left);
	tcase_add_test(c, guard_4_a_call_on_an_inherited_pid_is_made);
	tcase_add_test(c, guard_4_a_child_made_by_other_means_is_adopted);
	tcase_add_test(c, guard_4_5_a_child_made_by_other_means_and_no_memory);
	tcase_add_test(c, guard_4_stale_and_free_is_ESRCH_under_every_policy);
	tcase_add_test(c, guard_5_calls_on_related_processes_pass);
	tcase_add_test(c, SIGCHLD_ignored_uses_a_pidfd);
	tcase_add_test(c, no_descriptor_is_left_behind);
	return run_case("guard", c);
}
