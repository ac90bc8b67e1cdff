/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vfork's trampoline with the test's hooks: what the parent finds after its child has used, left
 * or damaged the shared stack. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../preload/arch/vfork.h"
#include "core/sys.h"
#include "../support/tracer.h"

/* --- the hooks --- */

static __thread int depth;
static __thread struct {
	int before, parent, child; /* calls, including the child's */
	long ret;
	bool in_child; /* the child's hook ran while the parent's had not yet */
} seen;
static int signal_in_before, signal_in_child;

uint64_t pe_vfork_before(void)
{
	uint64_t mask = pe_sys_mask_all();

	seen.before++;
	depth++;
	if (signal_in_before)
		pe_sys_tgkill(pe_sys_getpid(), pe_sys_gettid(), signal_in_before);
	return mask;
}

pid_t pe_vfork_parent(long ret, uint64_t mask)
{
	depth--;
	seen.parent++;
	seen.ret = ret;
	pe_sys_mask_restore(mask);
	if (ret >= 0)
		return (pid_t)ret;
	errno = (int)-ret;
	return -1;
}

void pe_vfork_child(uint64_t mask)
{
	seen.child++;
	seen.in_child = seen.parent < seen.before && depth == 1;
	if (signal_in_child)
		pe_sys_kill(pe_sys_getpid(), signal_in_child);
	pe_sys_mask_restore(mask);
}

static void prepare(void)
{
	memset(&seen, 0, sizeof(seen));
	signal_in_before = 0;
	signal_in_child = 0;
}

static int status_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* --- the promises --- */

START_TEST(both_names_are_the_trampoline)
{
	extern pid_t __vfork(void);

	ck_assert((uintptr_t)vfork == (uintptr_t)pe_vfork_entry);
	ck_assert((uintptr_t)__vfork == (uintptr_t)pe_vfork_entry);
}
END_TEST

START_TEST(it_is_still_a_vfork)
{
	volatile int shared = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		shared = pe_sys_getpid();
		_exit(7);
	}
	/* the child has run in this memory, and to its end, before we went on */
	ck_assert_int_eq(shared, pid);
	ck_assert(seen.in_child);
	ck_assert_int_eq(seen.ret, pid);
	ck_assert_int_eq(seen.before * 100 + seen.child * 10 + seen.parent, 111);
	ck_assert_int_eq(depth, 0);
	ck_assert_int_eq(WEXITSTATUS(status_of(pid)), 7);
}
END_TEST

static void __attribute__((noinline)) scribble(int times)
{
	volatile char waste[1024];

	memset((char *)waste, 0xa5, sizeof(waste));
	if (times > 0)
		scribble(times - 1);
	__asm__ volatile("" : : "r"(waste) : "memory");
}

/* A frame with locals in call-saved registers or directly above the return address. */
static int __attribute__((noinline)) use_stack(int a, int b, int c)
{
	int d = a * b, e = b * c, f = c * a;
	pid_t pid = vfork();

	if (pid == 0) {
		scribble(64);
		_exit(1);
	}
	ck_assert_int_eq(WEXITSTATUS(status_of(pid)), 1);
	return d + e + f;
}

START_TEST(the_childs_stack_does_not_damage_the_parent)
{
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(use_stack(i, i + 1, i + 2),
				 i * (i + 1) + (i + 1) * (i + 2) + (i + 2) * i);
}
END_TEST

START_TEST(errno_is_kept_or_set)
{
	struct rlimit none = { 0, 0 };
	pid_t pid, made;

	errno = EXDEV;
	pid = vfork();
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(status_of(pid), 0);

	pid = fork();
	if (pid == 0) {
		/* the superuser has no limit */
		if (setrlimit(RLIMIT_NPROC, &none) != 0 ||
		    (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0))
			_exit(77);
		errno = 0;
		made = vfork();
		if (made == 0)
			_exit(78);
		_exit(made == -1 && errno == EAGAIN && depth == 0 && seen.ret == -EAGAIN ? 0 : 1);
	}
	made = WEXITSTATUS(status_of(pid));
	if (made == 77)
		fprintf(stderr, "skipped: a failing vfork: processes cannot be limited here\n");
	else
		ck_assert_int_eq(made, 0);
}
END_TEST

/* --- signals --- */

static volatile sig_atomic_t handled_by, parent_hooks_then;

static void on_signal(int sig)
{
	(void)sig;
	handled_by = pe_sys_getpid();
	parent_hooks_then = seen.parent;
}

START_TEST(a_pending_signal_waits_for_the_parents_hook)
{
	const struct sigaction act = { .sa_handler = on_signal };
	pid_t pid;

	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
	handled_by = 0;
	signal_in_before = SIGUSR1;
	pid = vfork();
	if (pid == 0)
		_exit(handled_by == 0 ? 0 : 1);
	ck_assert_int_eq(handled_by, getpid());
	ck_assert_int_eq(parent_hooks_then, 1);
	ck_assert_int_eq(status_of(pid), 0);
}
END_TEST

START_TEST(a_signal_to_the_child_is_the_childs)
{
	const struct sigaction act = { .sa_handler = on_signal };
	pid_t pid;

	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
	signal_in_child = SIGUSR1;
	pid = vfork();
	if (pid == 0)
		_exit(handled_by == pe_sys_getpid() && parent_hooks_then == 0 ? 0 : 1);
	ck_assert_int_eq(handled_by, pid);
	ck_assert_int_eq(status_of(pid), 0);
}
END_TEST

static uint64_t mask_now(void)
{
	uint64_t now = 0;

	pe_sys4(SYS_rt_sigprocmask, SIG_SETMASK, 0, PE_SYS_LONG(&now), sizeof(now));
	return now;
}

START_TEST(both_masks_are_restored)
{
	const uint64_t some = UINT64_C(1) << (SIGUSR2 - 1) | UINT64_C(1) << (SIGWINCH - 1);
	pid_t pid;

	pe_sys_mask_restore(some);
	pid = vfork();
	if (pid == 0)
		_exit(mask_now() == some ? 0 : 1);
	ck_assert_uint_eq(mask_now(), some);
	ck_assert_int_eq(status_of(pid), 0);
}
END_TEST

/* --- many --- */

#define THREADS 4
#define ROUNDS	750

static void *vforks(void *arg)
{
	char *const nothing[] = { (char *)"true", NULL };
	volatile uintptr_t failures = 0;

	(void)arg;
	memset(&seen, 0, sizeof(seen));
	for (int i = 0; i < ROUNDS; i++) {
		int status = -1;
		pid_t pid = vfork();

		if (pid == 0) {
			if (i % 50 == 0)
				execv("/bin/true", nothing);
			if (i % 3 == 0)
				scribble(i % 16);
			_exit(depth == 1 ? i & 63 : 64);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		    WEXITSTATUS(status) != (i % 50 ? i & 63 : 0) || seen.ret != pid || depth != 0 ||
		    seen.parent != i + 1)
			failures++;
	}
	return (void *)failures;
}

START_TEST(three_thousand_in_four_threads)
{
	pthread_t t[THREADS];
	void *failures;

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, vforks, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(t[i], &failures), 0);
		ck_assert_uint_eq((uintptr_t)failures, 0);
	}
}
END_TEST

/* --- the child killed in the window --- */

#define WHOLE 100 /* the exit status of the checking process on success */

static int judge_killed_child(void)
{
	volatile int above = 4711;
	int status = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		scribble(1);
		_exit(0);
	}
	if (pid <= 0 || seen.ret != pid || depth != 0 || above != 4711)
		return 1;
	if (waitpid(pid, &status, __WALL) != pid)
		return 2;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? WHOLE : status == 0 ? 0 : 3;
}

/* Kill the child of @parent's vfork after @steps of its instructions. Returns the parent's exit
 * status. */
static int kill_after(int steps)
{
	pid_t parent = tracer_child(judge_killed_child), child;
	unsigned long message = 0;
	int status;

	ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, parent, NULL,
				(void *)(PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)),
			 0);
	status = tracer_go(PTRACE_CONT, parent, 0);
	ck_assert_msg(WIFSTOPPED(status) && status >> 16, "no vfork event: %#x", status);
	ck_assert_int_eq(ptrace(PTRACE_GETEVENTMSG, parent, NULL, &message), 0);
	child = (pid_t)message;
	ck_assert_int_eq(waitpid(child, &status, __WALL), child);
	for (int i = 0; i < steps && WIFSTOPPED(status); i++)
		status = tracer_go(PTRACE_SINGLESTEP, child, 0);
	if (WIFSTOPPED(status)) {
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, &status, __WALL), child);
	}
	status = tracer_go(PTRACE_CONT, parent, 0);
	/* the parent's own SIGCHLD */
	while (WIFSTOPPED(status))
		status = tracer_go(PTRACE_CONT, parent, WSTOPSIG(status));
	ck_assert_msg(WIFEXITED(status), "the parent: %#x", status);
	return WEXITSTATUS(status);
}

START_TEST(a_child_killed_at_any_instruction_does_not_damage_the_parent)
{
	/* the trampoline's child side with its hook, the way to scribble() and into it */
	for (int steps = 0; steps < 120; steps++)
		ck_assert_msg(kill_after(steps) == WHOLE, "after %d instructions", steps);
}
END_TEST

START_TEST(a_child_that_kills_itself_masked)
{
	pid_t pid;

	signal_in_child = SIGKILL;
	pid = vfork();
	if (pid == 0)
		_exit(1);
	ck_assert_int_eq(WTERMSIG(status_of(pid)), SIGKILL);
	ck_assert_int_eq(depth, 0);
}
END_TEST

static Suite *vfork_suite(bool trace)
{
	Suite *s = suite_create("vfork");
	TCase *t = tcase_create("vfork");

	tcase_add_checked_fixture(t, prepare, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, both_names_are_the_trampoline);
	tcase_add_test(t, it_is_still_a_vfork);
	tcase_add_test(t, the_childs_stack_does_not_damage_the_parent);
	tcase_add_test(t, errno_is_kept_or_set);
	tcase_add_test(t, a_pending_signal_waits_for_the_parents_hook);
	tcase_add_test(t, a_signal_to_the_child_is_the_childs);
	tcase_add_test(t, both_masks_are_restored);
	tcase_add_test(t, three_thousand_in_four_threads);
	tcase_add_test(t, a_child_that_kills_itself_masked);
	if (trace)
		tcase_add_test(t, a_child_killed_at_any_instruction_does_not_damage_the_parent);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(vfork_suite(tracer_allowed("children killed in the window")));
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
