/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways in which raw and inline have a child and reap it. */
#include "raw.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

static _Atomic int waiter;

static void *wait_in_thread(void *arg)
{
	int *got = arg;

	waiter = (int)syscall(SYS_gettid);
	*got = (int)syscall(SYS_wait4, -1, NULL, __WALL, NULL);
	return NULL;
}

/* Wait until the thread sleeps in its wait. Calls are served in order: when one of ours has been
 * served, the thread's has been continued, too. */
static void await_waiter(void)
{
	char path[64], text[32] = "";
	FILE *f;

	while (atoi(text) != SYS_wait4) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", waiter);
		f = waiter ? fopen(path, "r") : NULL;
		if (f && !fgets(text, sizeof(text), f))
			text[0] = '\0';
		if (f)
			fclose(f);
		sched_yield();
	}
	syscall(SYS_kill, getpid(), 0);
}

/* A wait is in progress before the child exists; its pid is or is not used once while it lives. */
static int reap_in_thread(int meets)
{
	pthread_t thread;
	int keeps[2], holds[2], got = 0;
	char c;
	pid_t first;

	if (pipe(keeps) < 0 || pipe(holds) < 0)
		exit(98);
	first = fork(); /* so that the wait does not end at once */
	if (first == 0)
		exit(read(keeps[0], &c, 1) != 1);
	pthread_create(&thread, NULL, wait_in_thread, &got);
	await_waiter();
	number = fork();
	if (number == 0)
		exit(read(holds[0], &c, 1) != 1);
	if (meets && kill(number, 0) < 0)
		exit(97);
	if (write(holds[1], "x", 1) != 1)
		exit(98);
	pthread_join(thread, NULL);
	if (write(keeps[1], "x", 1) != 1 || waitpid(first, NULL, 0) != first)
		exit(98);
	return got;
}

/* A call with an unknown pid shows the supervisor a process without the library; it then loads
 * the library, and reaps through it. Its name stays. */
static void become_inline(const char *use)
{
	char inlined[4096], path[4096];

	snprintf(inlined, sizeof(inlined), "%s/tests/supervisor/inline",
		 getenv("PIDEPOCH_BUILDDIR"));
	snprintf(path, sizeof(path), "%s/raw", getenv("TMPDIR"));
	unlink(path);
	kill(getppid(), 0);
	if (symlink(inlined, path) == 0)
		execl(path, "raw", "library", use, (char *)NULL);
	exit(98);
}

/* by libc's functions, which are the library's in a preloaded program */
static int reap_by_library(const char *how)
{
	siginfo_t si = { .si_pid = 0 };

	if (is(how, "library-any"))
		return wait(NULL);
	if (is(how, "library-waitid"))
		return waitid(P_PID, (id_t)number, &si, WEXITED) == 0 ? si.si_pid : -1;
	return waitpid(number, NULL, 0);
}

/* It leaves a member in its group, which becomes a child of this program. */
static int lead(void)
{
	pid_t member;

	setpgid(0, 0);
	member = fork();
	while (member == 0)
		pause();
	return member < 0;
}

/* Until the parent's wait blocks, where the kernel shows that; a wait that is notified does not. */
static void await_parents_wait(void)
{
	const struct timespec moment = { 0, 1000000 };
	char path[64], where[64];
	int left = 2000;

	snprintf(path, sizeof(path), "/proc/%d/wchan", getppid());
	do {
		int fd = open(path, O_RDONLY);

		memset(where, 0, sizeof(where));
		if (read(fd, where, sizeof(where) - 1) <= 0)
			left = 0;
		close(fd);
		nanosleep(&moment, NULL);
	} while (strncmp(where, "do_wait", 7) != 0 && left-- > 0);
}

/* It leads a group before its exec, as the child of a daemon does, and leaves no member. */
static int lead_by_exec(void)
{
	await_parents_wait();
	setpgid(0, 0);
	execl("/bin/true", "true", (char *)NULL);
	return 97;
}

int raw_reap(const char *how, const char *use)
{
	siginfo_t si = { .si_pid = 0 };

	if (is(how, "thread") || is(how, "thread-unmet"))
		return reap_in_thread(is(how, "thread"));
	if (is(how, "became"))
		become_inline(use);
	if (is(how, "led"))
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	number = is(how, "vfork") ? vfork() : fork();
	if (number == 0)
		_exit(is(how, "led") ? lead() : is(how, "led-exec") ? lead_by_exec() : 3);
	/* as a shell does: the group exists before the wait */
	if (is(how, "led") || is(how, "led-alone"))
		setpgid(number, number);
	if (strncmp(how, "library", 7) == 0)
		return reap_by_library(how);
	/* the first signal by libc's kill, so that a library that there is has announced the
	 * child */
	if (is(how, "announced") && kill(number, 0) < 0)
		exit(97);
	if (is(how, "any"))
		return (int)syscall(SYS_wait4, -1, NULL, 0, NULL);
	if (is(how, "group"))
		return (int)syscall(SYS_wait4, 0, NULL, 0, NULL);
	if (is(how, "waitid"))
		syscall(SYS_waitid, P_PID, number, &si, WEXITED, NULL);
	else if (is(how, "waitid-all"))
		syscall(SYS_waitid, P_ALL, 0, &si, WEXITED, NULL);
	else
		return (int)syscall(SYS_wait4, number, NULL, 0, NULL);
	return si.si_pid;
}
