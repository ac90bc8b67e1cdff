/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The syscall() wrapper: what the hook sees, what passes, and raw clones that return on another
 * or a shared stack. */
#include <check.h>
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../preload/arch/syscall.h"
#include "../../preload/arch/vfork.h"
#include "core/sys.h"

/* --- the hooks --- */

#define CANNED 4242

static struct {
	int watched, failed, shared, vforks;
	long arg[7];
} seen;

long pe_syscall_watched(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	const long arg[] = { nr, a1, a2, a3, a4, a5, a6 };

	seen.watched++;
	memcpy(seen.arg, arg, sizeof(arg));
	return CANNED;
}

long pe_syscall_failed(long ret)
{
	seen.failed++;
	errno = (int)-ret;
	return -1;
}

void pe_syscall_shared_vm(void)
{
	seen.shared++;
}

uint64_t pe_vfork_before(void)
{
	seen.vforks++;
	return pe_sys_mask_all();
}

pid_t pe_vfork_parent(long ret, uint64_t mask)
{
	pe_sys_mask_restore(mask);
	return (pid_t)ret;
}

void pe_vfork_child(uint64_t mask)
{
	pe_sys_mask_restore(mask);
}

static void prepare(void)
{
	memset(&seen, 0, sizeof(seen));
}

static void assert_seen(int watched, int failed, int shared, int vforks)
{
	ck_assert_int_eq(seen.watched, watched);
	ck_assert_int_eq(seen.failed, failed);
	ck_assert_int_eq(seen.shared, shared);
	ck_assert_int_eq(seen.vforks, vforks);
}

static int status_of(long pid)
{
	int status;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid((pid_t)pid, &status, __WALL), pid);
	return status;
}

/* --- what passes and what does not --- */

START_TEST(syscall_is_the_librarys)
{
	ck_assert((uintptr_t)syscall == (uintptr_t)pe_syscall_entry);
}
END_TEST

START_TEST(other_calls_pass_as_libcs)
{
	char *at;

	errno = EXDEV;
	at = (char *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(at, MAP_FAILED);
	*at = 1;
	ck_assert_int_eq(syscall(SYS_munmap, at, 4096), 0);
	ck_assert_int_eq(syscall(SYS_getpid), getpid());
	ck_assert_int_eq(errno, EXDEV);
	assert_seen(0, 0, 0, 0);
}
END_TEST

START_TEST(the_sixth_argument_arrives)
{
	int file = memfd_create("sixth", MFD_CLOEXEC);
	char *at;

	ck_assert_int_eq(pwrite(file, "sixth", 5, 4096), 5);
	at = (char *)syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, file, 4096);
	ck_assert_ptr_ne(at, MAP_FAILED);
	ck_assert_str_eq(at, "sixth");
	munmap(at, 4096);
	close(file);
}
END_TEST

START_TEST(an_error_goes_to_errno)
{
	ck_assert_int_eq(syscall(SYS_close, -1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(syscall(100000), -1);
	ck_assert_int_eq(errno, ENOSYS);
	assert_seen(0, 2, 0, 0);
}
END_TEST

static const long watched[] = {
	SYS_wait4,
	SYS_waitid,
	SYS_kill,
	SYS_tkill,
	SYS_tgkill,
	SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo,
	SYS_pidfd_open,
	SYS_execve,
	SYS_execveat,
	SYS_rt_sigaction,
	SYS_seccomp,
	SYS_prctl,
#ifdef SYS_fork
	SYS_fork,
#endif
};

START_TEST(a_watched_call_reaches_the_hook_with_all_arguments)
{
	const long expected[] = { watched[_i], 11, -22, 33, -44, 55, -66 };

	ck_assert_int_eq(syscall(watched[_i], 11L, -22L, 33L, -44L, 55L, -66L), CANNED);
	ck_assert_mem_eq(seen.arg, expected, sizeof(expected));
	assert_seen(1, 0, 0, 0);
}
END_TEST

/* --- clones --- */

static void __attribute__((noinline)) scribble(int times)
{
	volatile char waste[1024];

	memset((char *)waste, 0xa5, sizeof(waste));
	if (times > 0)
		scribble(times - 1);
	__asm__ volatile("" : : "r"(waste) : "memory");
}

/* clone, or clone3 with the same meaning; on the caller's stack */
static long raw_clone(bool three, uint64_t flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };

	if (three)
		return syscall(SYS_clone3, &args, sizeof(args));
	return syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

START_TEST(a_clone_with_its_own_memory_is_watched)
{
	ck_assert_int_eq(raw_clone(_i, CLONE_FS), CANNED);
	ck_assert_int_eq(seen.arg[0], _i ? SYS_clone3 : SYS_clone);
	assert_seen(1, 0, 0, 0);
}
END_TEST

START_TEST(a_clone_on_a_shared_stack_does_not_damage_the_parent)
{
	for (volatile int i = 0; i < 50; i++) {
		/* not through a function that the child would return from */
		struct clone_args args = { .flags = CLONE_VM | CLONE_VFORK,
					   .exit_signal = SIGCHLD };
		long pid = _i ? syscall(SYS_clone3, &args, sizeof(args))
			      : syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL, NULL,
					NULL, NULL);

		if (pid == 0) {
			scribble(16);
			_exit(i);
		}
		ck_assert_int_eq(WEXITSTATUS(status_of(pid)), i);
	}
	assert_seen(0, 0, 50, 0);
}
END_TEST

START_TEST(a_thread_is_not_a_child_on_a_shared_stack)
{
	/* CLONE_THREAD without CLONE_SIGHAND: the kernel refuses it, after we have looked at it */
	ck_assert_int_eq(raw_clone(_i, CLONE_VM | CLONE_THREAD), -1);
	ck_assert_int_eq(errno, EINVAL);
	assert_seen(0, 1, 0, 0);
}
END_TEST

static void assert_refused(void *args, size_t size, int error)
{
	ck_assert_int_eq(syscall(SYS_clone3, args, size), -1);
	ck_assert_int_eq(errno, error);
}

START_TEST(a_bad_pointer_is_the_kernels_to_refuse)
{
	const struct clone_args fork_like = { .exit_signal = SIGCHLD };
	char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *across = two + 4096 - 24;

	ck_assert_ptr_ne(two, MAP_FAILED);
	memset(two, 0, 8192);
	memcpy(across, &fork_like, sizeof(fork_like));
	ck_assert_int_eq(mprotect(two + 4096, 4096, PROT_NONE), 0);
	assert_refused(NULL, sizeof(struct clone_args), EFAULT);
	assert_refused((void *)8, sizeof(struct clone_args), EFAULT);
	assert_refused(two + 4096, sizeof(struct clone_args), EFAULT);
	assert_refused(across, sizeof(struct clone_args), EFAULT); /* begins well */
	assert_refused(two, 8, EINVAL);
	assert_refused(two, 0, EINVAL);
	assert_seen(0, 6, 0, 0);
	munmap(two, 8192);
}
END_TEST

#ifdef SYS_vfork /* also on a processor whose calls return through the stack */
START_TEST(a_raw_vfork_is_the_trampoline)
{
	pid_t pid = (pid_t)syscall(SYS_vfork);

	if (pid == 0) {
		scribble(16);
		_exit(9);
	}
	ck_assert_int_eq(WEXITSTATUS(status_of(pid)), 9);
	assert_seen(0, 0, 0, 1);
}
END_TEST

static _Noreturn void on_the_new_stack(void)
{
	pe_sys1(SYS_exit, 5);
	__builtin_unreachable();
}

START_TEST(a_new_stack_is_returned_into)
{
	/* as in libc: the child pops its way from the stack that it was given */
	static uintptr_t stack[1024];
	const uint64_t memory = _i ? CLONE_VM : 0;
	long pid;

	stack[1000] = (uintptr_t)on_the_new_stack;
	pid = syscall(SYS_clone, memory | SIGCHLD, &stack[1000], NULL, NULL, NULL);
	ck_assert_int_eq(WEXITSTATUS(status_of(pid)), 5);
	assert_seen(0, 0, _i, 0);
}
END_TEST
#endif

static Suite *syscall_suite(void)
{
	Suite *s = suite_create("syscall");
	TCase *t = tcase_create("syscall");

	tcase_add_checked_fixture(t, prepare, NULL);
	tcase_add_test(t, syscall_is_the_librarys);
	tcase_add_test(t, other_calls_pass_as_libcs);
	tcase_add_test(t, the_sixth_argument_arrives);
	tcase_add_test(t, an_error_goes_to_errno);
	tcase_add_loop_test(t, a_watched_call_reaches_the_hook_with_all_arguments, 0,
			    (int)(sizeof(watched) / sizeof(*watched)));
	tcase_add_loop_test(t, a_clone_with_its_own_memory_is_watched, 0, 2);
	tcase_add_loop_test(t, a_clone_on_a_shared_stack_does_not_damage_the_parent, 0, 2);
	tcase_add_loop_test(t, a_thread_is_not_a_child_on_a_shared_stack, 0, 2);
	tcase_add_test(t, a_bad_pointer_is_the_kernels_to_refuse);
#ifdef SYS_vfork
	tcase_add_test(t, a_raw_vfork_is_the_trampoline);
	tcase_add_loop_test(t, a_new_stack_is_returned_into, 0, 2);
#endif
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(syscall_suite());
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
