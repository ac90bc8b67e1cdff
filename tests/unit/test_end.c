/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process that is held is a zombie, and its parent is not notified before the holder has
 * ended. */
#include "supervisor/end.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys.h"

static char state_of(int pid, int tid)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (f)
		fclose(f);
	return state;
}

static void await_zombie(int pid, int tid)
{
	while (state_of(pid, tid) != 'Z')
		sched_yield();
}

/* A process that holds the end of @pid until the descriptor that is returned is closed. */
static int start_holder(int pid, pid_t *holder)
{
	int done[2], ready[2], pidfd = pe_sys_pidfd_open(pid, 0);
	char c;

	ck_assert_int_ge(pidfd, 0);
	ck_assert_int_eq(pipe(done), 0);
	ck_assert_int_eq(pipe(ready), 0);
	*holder = fork();
	if (*holder == 0) {
		close(done[1]);
		if (chdir("/proc") < 0)
			_exit(98);
		pe_end_hold(pid, pidfd);
		close(ready[0]);
		close(ready[1]);
		_exit(read(done[0], &c, 1) == 0 ? 0 : 98);
	}
	close(pidfd);
	close(done[0]);
	close(ready[1]);
	ck_assert_int_eq((int)read(ready[0], &c, 1), 0);
	close(ready[0]);
	return done[1];
}

/* @tid: the last thread of @pid */
static void expect_held(int pid, int tid)
{
	pid_t holder;
	int end = start_holder(pid, &holder), status;

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	await_zombie(pid, tid);
	ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
	close(end);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(waitpid(holder, &status, WNOHANG), holder);
	ck_assert_int_eq(status, 0);
}

static void allow_tracers(void)
{
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* Yama, where there is one */
}

START_TEST(a_process_is_held)
{
	pid_t pid = fork();

	if (pid == 0) {
		allow_tracers();
		for (;;)
			pause();
	}
	expect_held(pid, pid);
}
END_TEST

static int told;

static void *stays(void *arg)
{
	int tid = gettid();

	if (write(told, &tid, sizeof(tid)) < 0)
		_exit(98);
	for (;;)
		pause();
	return arg;
}

START_TEST(so_is_one_whose_first_thread_has_ended)
{
	int ends[2], tid = 0;
	pthread_t thread;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	told = ends[1];
	pid = fork();
	if (pid == 0) {
		allow_tracers();
		if (pthread_create(&thread, NULL, stays, NULL) != 0)
			_exit(98);
		syscall(SYS_exit, 0);
	}
	ck_assert_int_eq((int)read(ends[0], &tid, sizeof(tid)), (int)sizeof(tid));
	await_zombie(pid, pid);
	expect_held(pid, tid);
}
END_TEST

START_TEST(one_that_has_ended_is_not)
{
	siginfo_t si;
	pid_t pid = fork(), holder;
	int end;

	if (pid == 0)
		_exit(5);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT), 0);
	end = start_holder(pid, &holder);
	ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), pid);
	close(end);
	ck_assert_int_eq(waitpid(holder, NULL, 0), holder);
}
END_TEST

START_TEST(a_child_of_a_prompt_process_can_be_as_before)
{
	int before = sched_getscheduler(0), status;
	pid_t pid;

	pe_end_be_prompt(true);
	pe_end_be_prompt(true);
	pid = fork();
	if (pid == 0) {
		pe_end_be_prompt(false);
		_exit(sched_getscheduler(0) == before ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("end");
	Suite *s = suite_create("end");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, a_process_is_held);
	tcase_add_test(c, so_is_one_whose_first_thread_has_ended);
	tcase_add_test(c, one_that_has_ended_is_not);
	tcase_add_test(c, a_child_of_a_prompt_process_can_be_as_before);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
