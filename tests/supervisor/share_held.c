// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Waits that are held under --waits=share end when the kernel's would (sharing.2, sharing.5,
 * shared_held.1): in a static program with threads
 *
 *   - a stop of the process is reported, though a thread's wait is held;
 *   - a wait that a signal has interrupted does not keep others from the child;
 *   - a child for which the worker has no descriptor is waited for as well.
 *
 * A fault makes this test hang.
 *
 *     share_held scenario     what runs under the supervisor
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/must.h"

#define CHILDREN    60
#define DESCRIPTORS 64 /* of the worker, half of which it takes for children */
#define ROUNDS	    5

static volatile int waiter; /* the tid of a thread that is about to wait */

static void announce(void)
{
	waiter = (int)syscall(SYS_gettid);
}

/* until the announced thread sleeps: in its wait, which is held or will be */
static void await_waiter(void)
{
	char path[48], text[256], state = 'R';
	FILE *f;

	while (!waiter)
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", waiter);
	while (state == 'R') {
		sched_yield();
		f = fopen(path, "r");
		MUST(f && fgets(text, sizeof(text), f));
		fclose(f);
		state = strrchr(text, ')')[2];
	}
}

/* A child that ends with @status when @ends is closed; 0: it never ends by itself */
static pid_t child_until_closed(int ends[2], int status)
{
	pid_t pid;
	char c;

	MUST(pipe(ends) == 0);
	pid = fork();
	MUST(pid >= 0);
	if (pid > 0) {
		close(ends[0]);
		return pid;
	}
	close(ends[1]);
	_exit(read(ends[0], &c, 1) == 0 ? status : 100);
}

/* --- a stop --- */

static void *wait_for_any(void *unused)
{
	(void)unused;
	announce();
	while (wait(NULL) > 0 || errno == EINTR)
		;
	_exit(6);
}

static void have_a_held_wait(int ready)
{
	pthread_t thread;
	int ends[2];

	child_until_closed(ends, 0);
	MUST(pthread_create(&thread, NULL, wait_for_any, NULL) == 0);
	await_waiter();
	MUST(write(ready, "", 1) == 1);
	for (;;)
		pause();
}

static void stops(void)
{
	int ready[2], status;
	pid_t pid;
	char c;

	MUST(pipe(ready) == 0);
	pid = fork();
	if (pid == 0)
		have_a_held_wait(ready[1]);
	MUST(read(ready[0], &c, 1) == 1);
	for (int i = 0; i < ROUNDS; i++) {
		MUST(kill(pid, SIGSTOP) == 0);
		MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
		MUST(kill(pid, SIGCONT) == 0);
		MUST(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
	}
	MUST(kill(pid, SIGKILL) == 0);
	MUST(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	close(ready[0]);
	close(ready[1]);
}

/* --- a wait that was interrupted --- */

static pid_t first, second;

static void on_signal(int signal)
{
	(void)signal;
}

static void *wait_for_both(void *unused)
{
	(void)unused;
	announce();
	MUST(waitpid(first, NULL, 0) == -1 && errno == EINTR);
	announce();
	while (waitpid(second, NULL, 0) == -1 && errno == EINTR)
		;
	return NULL;
}

static void interrupted(void)
{
	const struct sigaction act = { .sa_handler = on_signal };
	int of_second[2], of_first[2], status;
	pthread_t thread;

	MUST(sigaction(SIGUSR1, &act, NULL) == 0);
	waiter = 0;
	second = child_until_closed(of_second, 2);
	first = child_until_closed(of_first, 1);
	MUST(pthread_create(&thread, NULL, wait_for_both, NULL) == 0);
	await_waiter();
	waiter = 0;
	while (!waiter) {
		MUST(pthread_kill(thread, SIGUSR1) == 0);
		sched_yield();
	}
	await_waiter();
	close(of_first[1]);
	MUST(wait(&status) == first && WEXITSTATUS(status) == 1);
	close(of_second[1]);
	MUST(pthread_join(thread, NULL) == 0);
}

/* --- more children than descriptors --- */

static void many_children(void)
{
	int ends[CHILDREN][2];
	pid_t last = 0;

	for (int i = 0; i < CHILDREN; i++)
		last = child_until_closed(ends[i], 0);
	close(ends[CHILDREN - 1][1]);
	MUST(wait(NULL) == last);
	for (int i = CHILDREN - 2; i >= 0; i--)
		close(ends[i][1]);
	while (wait(NULL) > 0)
		;
	MUST(errno == ECHILD);
}

static void *sleep_long(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static int run_scenario(void)
{
	const struct rlimit all = { 4L * CHILDREN, 4L * CHILDREN };
	pthread_t other;

	setrlimit(RLIMIT_NOFILE, &all);
	stops();
	for (int i = 0; i < ROUNDS; i++)
		interrupted();
	MUST(pthread_create(&other, NULL, sleep_long, NULL) == 0);
	many_children();
	return 0;
}

static int status_of(char *const words[])
{
	const struct rlimit few = { DESCRIPTORS, 4L * CHILDREN };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_NOFILE, &few);
		execv(words[0], words);
		_exit(127);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	return status;
}

int main(int argc, char **argv)
{
	char run[] = "run", on[] = "--supervisor=on", share[] = "--waits=share", end[] = "--",
	     yes[] = "true", scenario[] = "scenario", *command = getenv("PIDEPOCH");
	char *const probe[] = { command, run, on, share, end, yes, NULL };
	char *const watched[] = { command, run, on, share, end, argv[0], scenario, NULL };
	char *const native[] = { argv[0], scenario, NULL };

	if (argc > 1)
		return run_scenario();
	if (status_of(probe) != 0) {
		printf("no supervisor here\n");
		return 77;
	}
	MUST(status_of(native) == 0);
	MUST(status_of(watched) == 0);
	return 0;
}
