/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* identity: which process holds a pid; also with inodes, /proc or descriptors missing. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/time/identity.h"

#define OLD true
#define NEW false

static void skip(const char *why)
{
	fprintf(stderr, "test_identity: left out: %s\n", why);
}

/* a child that stays until its line is closed */
struct child {
	pid_t pid;
	int line;
};

static struct child child_start(void)
{
	int line[2];
	struct child c;
	char byte;

	ck_assert_int_eq(pipe2(line, O_CLOEXEC), 0);
	c.pid = fork();
	ck_assert_int_ge(c.pid, 0);
	if (c.pid == 0) {
		close(line[1]);
		_exit(read(line[0], &byte, 1) != 0);
	}
	close(line[0]);
	c.line = line[1];
	return c;
}

static void child_zombie(const struct child *c)
{
	siginfo_t si;

	close(c->line);
	ck_assert_int_eq(waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOWAIT), 0);
}

static void child_reap(const struct child *c)
{
	ck_assert_int_eq(waitpid(c->pid, NULL, __WALL), c->pid);
}

static struct pe_identity must_identify(pid_t pid, bool old)
{
	struct pe_identity id;

	ck_assert_int_eq(pe_identity_of((uint32_t)pid, old, &id), 0);
	return id;
}

static bool same(struct pe_identity a, struct pe_identity b)
{
	return a.kind == b.kind && a.id == b.id;
}

/* Do pidfds have inodes here? Decided by the kernel's version, not by the code under test. */
static bool has_inodes(void)
{
	unsigned int major = 0, minor = 0;
	FILE *f = fopen("/proc/sys/kernel/osrelease", "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%u.%u", &major, &minor), 2);
	fclose(f);
	return major > 6 || (major == 6 && minor >= 9);
}

/* --- identity --- */

START_TEST(process_instance_keeps_its_identity_until_it_is_reaped) /* identity.4 */
{
	struct child c = child_start();
	struct pe_identity alive = must_identify(c.pid, _i), after;

	ck_assert_int_eq(alive.kind, _i || !has_inodes() ? PE_IDENTITY_START : PE_IDENTITY_INODE);
	ck_assert(same(must_identify(c.pid, _i), alive));
	child_zombie(&c);
	ck_assert(same(must_identify(c.pid, _i), alive));
	child_reap(&c);
	ck_assert_int_eq(pe_identity_of((uint32_t)c.pid, _i, &after), -ESRCH);
	ck_assert_int_eq(after.kind, PE_IDENTITY_NONE);
}
END_TEST

START_TEST(inode_is_the_one_of_a_pidfd)
{
	struct pe_identity me = must_identify(getpid(), NEW);
	struct stat st;
	int fd;

	if (!has_inodes()) {
		skip("pidfds have no inodes before Linux 6.9");
		return;
	}
	fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(me.id, st.st_ino);
	close(fd);
}
END_TEST

START_TEST(start_time_is_the_described_one)
{
	struct pe_identity_holder me;

	ck_assert_int_eq(pe_identity_describe((uint32_t)getpid(), &me), 0);
	ck_assert_uint_eq(must_identify(getpid(), OLD).id, me.start);
	ck_assert_uint_gt(me.start, 0);
}
END_TEST

/* a child with exactly this pid, which lives until it is killed; -1 with errno */
static pid_t child_with_number(pid_t number)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&number,
		.set_tid_size = 1,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	while (pid == 0)
		pause();
	return pid;
}

static void kill_and_reap(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* Start times have ticks: the next process instance must begin in a later one. */
static pid_t later_child_with_number(pid_t number, uint64_t start)
{
	for (;;) {
		pid_t pid = child_with_number(number);

		if (pid < 0 || must_identify(pid, OLD).id != start)
			return pid;
		kill_and_reap(pid);
	}
}

/* in a pid namespace where the pid is free for certain */
static void reuse_a_number(void)
{
	struct pe_identity first[2], second[2];

	ck_assert_int_eq(child_with_number(500), 500);
	for (int old = 0; old <= 1; old++)
		first[old] = must_identify(500, old);
	kill_and_reap(500);
	ck_assert_int_eq(later_child_with_number(500, first[OLD].id), 500);
	for (int old = 0; old <= 1; old++) {
		second[old] = must_identify(500, old);
		ck_assert(!same(first[old], second[old]));
	}
	kill_and_reap(500);
}

START_TEST(next_process_instance_of_a_pid_has_another_identity) /* identity.1, identity.3 */
{
	int flags = CLONE_NEWPID | CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0), status;
	pid_t first;

	if (unshare(flags) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		skip("no pid namespace can be created, so no pid can be reused");
		return;
	}
	first = fork();
	if (first == 0) {
		if (mount("proc", "/proc", "proc", 0, NULL) != 0)
			_exit(77);
		reuse_a_number();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(first, &status, 0), first);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip("cannot mount /proc in a pid namespace");
	else
		ck_assert_int_eq(status, 0);
}
END_TEST

static void *tell_tid(void *arg)
{
	int *line = arg, tid = (int)syscall(SYS_gettid);
	char byte;

	if (write(line[1], &tid, sizeof(tid)) != sizeof(tid))
		return NULL; /* the reader fails */
	return read(line[2], &byte, 1) == 0 ? arg : NULL;
}

START_TEST(thread_holds_its_pid) /* identity.4 */
{
	int line[4], tid;
	pthread_t thread;
	void *done;

	ck_assert_int_eq(pipe(line), 0);
	ck_assert_int_eq(pipe(line + 2), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, tell_tid, line), 0);
	ck_assert_int_eq(read(line[0], &tid, sizeof(tid)), sizeof(tid));
	ck_assert_int_eq(must_identify(tid, _i).kind, must_identify(getpid(), _i).kind);
	ck_assert(_i || !same(must_identify(tid, _i), must_identify(getpid(), _i)));
	close(line[3]);
	pthread_join(thread, &done);
	ck_assert_ptr_eq(done, line);
}
END_TEST

START_TEST(an_invalid_pid_has_no_holder)
{
	struct pe_identity id;
	struct pe_identity_holder who;
	const uint32_t wrong[] = { 0, UINT32_MAX, (uint32_t)INT32_MAX + 1 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_int_eq(pe_identity_of(wrong[i], NEW, &id), -EINVAL);
		ck_assert_int_eq(pe_identity_describe(wrong[i], &who), -EINVAL);
		ck_assert_int_eq(pe_identity_is_child(wrong[i]), 0);
	}
	ck_assert_int_eq(pe_identity_of(INT32_MAX, NEW, &id), -ESRCH); /* above every pid_max */
}
END_TEST

/* --- what can be missing --- */

/* the system call @nr fails with @err; 0: it returns success and does nothing */
static bool forbid(int nr, unsigned int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return true;
	skip("cannot install a seccomp filter");
	return false;
}

static const struct {
	int nr;
	unsigned int err;
} missing[] = {
	{ SYS_pidfd_open, ENOSYS }, /* before 5.3, or a container that forbids it */
	{ SYS_pidfd_open, EINVAL }, /* 5.3 to 6.8: unknown flag */
	{ SYS_fstatfs, ENOSYS },
	{ SYS_fstatfs, 0 }, /* succeeds, and is not pidfs (identity.2) */
	{ SYS_fstat, EACCES },
};

START_TEST(without_inodes_start_times_are_compared)
{
	if (forbid(missing[_i].nr, missing[_i].err))
		ck_assert_int_eq(must_identify(getpid(), NEW).kind, PE_IDENTITY_START);
}
END_TEST

static bool hide_proc(void)
{
	char empty[] = "/tmp/test_identity.XXXXXX";
	bool hidden;

	ck_assert_ptr_nonnull(mkdtemp(empty));
	hidden = (geteuid() == 0 || unshare(CLONE_NEWUSER) == 0) && chroot(empty) == 0;
	rmdir(empty);
	if (!hidden)
		skip("chroot is not allowed");
	return hidden;
}

START_TEST(without_proc_ended_processes_differ_from_hidden_ones)
{
	struct pe_identity_holder who;
	struct pe_identity id;
	struct child c = child_start();
	bool inodes = has_inodes();

	if (hide_proc()) {
		ck_assert_int_eq(pe_identity_of((uint32_t)c.pid, OLD, &id), -ENOENT);
		ck_assert_int_eq(pe_identity_describe((uint32_t)c.pid, &who), -ENOENT);
		if (inodes)
			ck_assert_int_eq(pe_identity_of((uint32_t)c.pid, NEW, &id), 0);
	}
	child_zombie(&c);
	child_reap(&c);
	ck_assert_int_eq(pe_identity_of((uint32_t)c.pid, OLD, &id), -ESRCH);
	ck_assert_int_eq(pe_identity_describe((uint32_t)c.pid, &who), -ESRCH);
}
END_TEST

START_TEST(without_descriptors_ended_processes_differ_from_unknown_ones)
{
	const struct rlimit none = { 0, 0 };
	struct pe_identity id;
	struct child c = child_start();

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(pe_identity_of((uint32_t)c.pid, NEW, &id), -EMFILE);
	child_zombie(&c);
	child_reap(&c);
	ck_assert_int_eq(pe_identity_of((uint32_t)c.pid, NEW, &id), -ESRCH);
}
END_TEST

/* the lowest free descriptor: a leak would raise it */
static int lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

START_TEST(nothing_is_left_behind) /* identity.5 */
{
	struct child c = child_start();
	struct pe_identity_holder who;
	struct pe_identity id;
	int free_fd = lowest_free();

	child_zombie(&c);
	for (int alive = 1; alive >= 0; alive--) {
		errno = 77;
		for (int old = 0; old <= 1; old++)
			pe_identity_of((uint32_t)c.pid, old, &id);
		pe_identity_describe((uint32_t)c.pid, &who);
		pe_identity_is_child((uint32_t)c.pid);
		ck_assert_int_eq(errno, 77);
		if (alive)
			child_reap(&c);
	}
	close(c.line);
	ck_assert_int_le(lowest_free(), free_fd);
}
END_TEST

/* --- is_child --- */

START_TEST(child_is_ours_until_it_is_reaped)
{
	struct child c = child_start();

	ck_assert_int_eq(pe_identity_is_child((uint32_t)c.pid), 1);
	child_zombie(&c);
	ck_assert_int_eq(pe_identity_is_child((uint32_t)c.pid), 1);
	ck_assert_int_eq(pe_identity_is_child((uint32_t)c.pid), 1); /* nothing was consumed */
	child_reap(&c);
	ck_assert_int_eq(pe_identity_is_child((uint32_t)c.pid), 0);
}
END_TEST

START_TEST(child_that_sends_no_signal_is_ours)
{
	struct clone_args args = { .exit_signal = 0 };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	while (pid == 0)
		pause();
	ck_assert_int_eq(pe_identity_is_child((uint32_t)pid), 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, __WALL), pid);
	ck_assert_int_eq(pe_identity_is_child((uint32_t)pid), 0);
}
END_TEST

START_TEST(related_process_that_is_no_child_is_not_ours)
{
	struct child c = child_start();
	int status;
	pid_t other = fork();

	if (other == 0) /* to this one, the child is a sibling */
		_exit(pe_identity_is_child((uint32_t)c.pid));
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(pe_identity_is_child((uint32_t)getpid()), 0);
	ck_assert_int_eq(pe_identity_is_child((uint32_t)getppid()), 0);
	child_zombie(&c);
	child_reap(&c);
}
END_TEST

START_TEST(refusal_by_the_kernel_is_not_a_no)
{
	if (forbid(SYS_waitid, EPERM))
		ck_assert_int_eq(pe_identity_is_child((uint32_t)getpid()), -EPERM);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("identity");
	TCase *t = tcase_create("identity");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, process_instance_keeps_its_identity_until_it_is_reaped, NEW,
			    OLD + 1);
	tcase_add_test(t, inode_is_the_one_of_a_pidfd);
	tcase_add_test(t, start_time_is_the_described_one);
	tcase_add_test(t, next_process_instance_of_a_pid_has_another_identity);
	tcase_add_loop_test(t, thread_holds_its_pid, NEW, OLD + 1);
	tcase_add_test(t, an_invalid_pid_has_no_holder);
	tcase_add_loop_test(t, without_inodes_start_times_are_compared, 0,
			    (int)(sizeof(missing) / sizeof(missing[0])));
	tcase_add_test(t, without_proc_ended_processes_differ_from_hidden_ones);
	tcase_add_test(t, without_descriptors_ended_processes_differ_from_unknown_ones);
	tcase_add_test(t, nothing_is_left_behind);
	tcase_add_test(t, child_is_ours_until_it_is_reaped);
	tcase_add_test(t, child_that_sends_no_signal_is_ours);
	tcase_add_test(t, related_process_that_is_no_child_is_not_ours);
	tcase_add_test(t, refusal_by_the_kernel_is_not_a_no);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
