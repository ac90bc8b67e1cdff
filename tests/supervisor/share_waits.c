// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * S17 for static programs: waits for any child beside waits by pid. Natively statuses are lost;
 * under --waits=share each arrives at its owner exactly once, by each way to wait, whatever takes
 * it away. A wait that is held notices signals.
 *
 *     share_waits ROUNDS      the scenario; it prints how many statuses were lost
 *     share_waits support     does the kernel keep the statuses of reaped processes?
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/own_child.h"

#define OWNERS 4

static int rounds, lost;

/* --- ways to wait for one child: its status, or -errno --- */

static int by_poll(pid_t pid)
{
	struct rusage used;
	int status = -1;
	pid_t n;

	while ((n = wait4(pid, &status, WNOHANG, &used)) == 0 || (n == -1 && errno == EINTR))
		sched_yield();
	return n == pid ? status : -errno;
}

static int by_waitid(pid_t pid)
{
	siginfo_t si = { .si_pid = 0 };
	int n;

	while ((n = waitid(P_PID, (id_t)pid, &si, WEXITED)) == -1 && errno == EINTR)
		;
	if (n < 0)
		return -errno;
	MUST(si.si_pid == pid && si.si_signo == SIGCHLD && si.si_code == CLD_EXITED);
	return si.si_status << 8;
}

/* as Go does: first a wait that only looks, then one that takes */
static int by_look(pid_t pid)
{
	siginfo_t si = { .si_pid = 0 };
	int n, looked = 0;

	while ((n = waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT)) == -1 && errno == EINTR)
		;
	if (n < 0)
		return -errno;
	MUST(si.si_pid == pid);
	looked = si.si_status << 8;
	n = by_waitpid(pid);
	MUST(n < 0 || n == looked);
	return n;
}

static int by_pidfd(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), n;
	siginfo_t si = { .si_pid = 0 };

	if (fd < 0) /* it has been reaped before */
		return by_waitpid(pid);
	while ((n = waitid(P_PIDFD, (id_t)fd, &si, WEXITED)) == -1 && errno == EINTR)
		;
	n = n < 0 ? -errno : si.si_status << 8;
	close(fd);
	return n;
}

static int (*const ways[])(pid_t pid) = { by_waitpid, by_poll, by_waitid, by_look, by_pidfd };
#define WAYS ((int)(sizeof(ways) / sizeof(ways[0])))

static void expect(int got, int status)
{
	if (got == -ECHILD)
		__atomic_add_fetch(&lost, 1, __ATOMIC_RELAXED);
	else
		MUST(got == status << 8);
}

/* Wait for the child in way @i; a second wait gets nothing. */
static void wait_for(pid_t pid, int i)
{
	expect(ways[i % WAYS](pid), i % 100);
	MUST(by_waitpid(pid) == -ECHILD);
}

static void one(int i)
{
	wait_for(child_with(i % 100), i);
}

/* --- a handler takes what it finds; the program has one thread --- */

static void take_all(int signal)
{
	int before = errno;

	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = before;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	const struct sigaction act = { .sa_handler = handler, .sa_flags = flags };

	MUST(sigaction(signal, &act, NULL) == 0);
}

static void beside_a_handler(void)
{
	handle(SIGCHLD, take_all, SA_RESTART);
	for (int i = 0; i < rounds; i++)
		one(i);
	signal(SIGCHLD, SIG_DFL);
}

/* a wait for any child that blocks has been first */
static void after_a_wait(void)
{
	for (int i = 0; i < rounds; i++) {
		pid_t pid = child_with(i % 100);

		MUST(wait(NULL) == pid);
		wait_for(pid, i);
	}
}

static void inside_libc(void)
{
	char line[16], command[32];

	handle(SIGCHLD, take_all, SA_RESTART);
	for (int i = 0; i < rounds / 10; i++) {
		FILE *f;
		int n;

		snprintf(command, sizeof(command), "exit %d", i % 100);
		f = popen(command, "r");
		MUST(f && !fgets(line, sizeof(line), f));
		n = pclose(f);
		expect(n == -1 ? -errno : n, i % 100);
	}
	signal(SIGCHLD, SIG_DFL);
}

/* --- threads: owners, and one that takes --- */

static _Atomic bool ends;
static pid_t lasting; /* a child that lives on, so that a wait for any child blocks */

static void *take_blocking(void *unused)
{
	(void)unused;
	while (!ends)
		wait(NULL);
	return NULL;
}

static void *take_by_signalfd(void *unused)
{
	struct signalfd_siginfo si;
	sigset_t child;
	int fd;

	(void)unused;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	fd = signalfd(-1, &child, SFD_CLOEXEC);
	while (!ends && read(fd, &si, sizeof(si)) == sizeof(si))
		take_all(SIGCHLD);
	close(fd);
	return NULL;
}

static void *own(void *first)
{
	for (int i = 0; i < rounds / OWNERS; i++)
		one((int)(intptr_t)first + i);
	return NULL;
}

static void beside(void *(*taker)(void *))
{
	pthread_t taking, owner[OWNERS];
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	MUST(pthread_sigmask(SIG_BLOCK, &child, NULL) == 0);
	ends = false;
	lasting = fork();
	if (lasting == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	MUST(pthread_create(&taking, NULL, taker, NULL) == 0);
	for (int i = 0; i < OWNERS; i++)
		MUST(pthread_create(&owner[i], NULL, own, (void *)(intptr_t)i) == 0);
	for (int i = 0; i < OWNERS; i++)
		MUST(pthread_join(owner[i], NULL) == 0);
	ends = true;
	kill(lasting, SIGKILL);
	MUST(pthread_join(taking, NULL) == 0);
	MUST(pthread_sigmask(SIG_UNBLOCK, &child, NULL) == 0);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* --- one child, several threads: one of them gets it --- */

static pid_t common;

static void *wait_for_common(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)(by_waitpid(common) == 7 << 8);
}

static void one_of_many(bool any)
{
	pthread_t thread[OWNERS];
	int got = 0;
	void *result;

	common = child_with(7);
	if (any)
		MUST(wait(NULL) == common);
	for (int i = 0; i < OWNERS; i++)
		MUST(pthread_create(&thread[i], NULL, wait_for_common, NULL) == 0);
	for (int i = 0; i < OWNERS; i++) {
		MUST(pthread_join(thread[i], &result) == 0);
		got += (int)(intptr_t)result;
	}
	lost += any && got == 0;
	MUST(got == 1 || (any && got == 0));
}

/* --- a wait that blocks notices signals --- */

static int pipe_of_child[2];
static volatile sig_atomic_t has_written;

static void on_alarm(int signal)
{
	(void)signal;
}

static void *sleep_long(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

/* by the handler, so that the wait ends only if the handler runs */
static void let_child_end(int signal)
{
	(void)signal;
	MUST(has_written || write(pipe_of_child[1], "", 1) == 1);
	has_written = 1;
}

static pid_t child_that_reads(void)
{
	char c;
	pid_t pid = fork();

	if (pid == 0)
		_exit(read(pipe_of_child[0], &c, 1) == 1 ? 5 : 6);
	return pid;
}

/* again and again: the first may come before the wait */
static void set_timer(long us)
{
	const struct itimerval t = { { 0, us }, { 0, us } };

	MUST(setitimer(ITIMER_REAL, &t, NULL) == 0);
}

static void interrupted(pid_t (*ask)(pid_t))
{
	pid_t pid = child_that_reads();

	has_written = 0;
	handle(SIGALRM, on_alarm, 0);
	set_timer(20000);
	errno = 0;
	MUST(ask(pid) == -1 && errno == EINTR);
	handle(SIGALRM, let_child_end, SA_RESTART);
	MUST(ask(pid) == pid);
	set_timer(0);
	signal(SIGALRM, SIG_DFL);
}

static pid_t for_one(pid_t pid)
{
	return waitpid(pid, NULL, 0);
}

static pid_t for_any(pid_t pid)
{
	(void)pid;
	return wait(NULL);
}

static void with_signals(void)
{
	pthread_t other;

	MUST(pipe(pipe_of_child) == 0);
	MUST(pthread_create(&other, NULL, sleep_long, NULL) == 0);
	interrupted(for_one);
	interrupted(for_any);
}

static void run_scenario(void)
{
	beside_a_handler();
	after_a_wait();
	inside_libc();
	beside(take_blocking);
	beside(take_by_signalfd);
	for (int i = 0; i < 20; i++) {
		one_of_many(false);
		one_of_many(true);
	}
	with_signals();
	printf("%d\n", lost);
}

/* --- the test --- */

/* What the scenario printed, run by @words; -1: it failed */
static int lost_by(char *const words[])
{
	char line[256] = "";
	int ends_of[2], status;
	ssize_t n, size = 0;
	pid_t pid;

	MUST(pipe(ends_of) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends_of[1], STDOUT_FILENO);
		close(ends_of[0]);
		close(ends_of[1]);
		execv(words[0], words);
		_exit(127);
	}
	close(ends_of[1]);
	while (size < 200 && (n = read(ends_of[0], line + size, 200 - (size_t)size)) > 0)
		size += n;
	close(ends_of[0]);
	MUST(waitpid(pid, &status, 0) == pid);
	if (status == 0)
		return atoi(line);
	printf("FAIL: %s: status %x: %s\n", words[1], status, line);
	return -1;
}

/* Does the kernel keep the status of a reaped process for its pidfd (Linux 6.15)? */
static bool keeps_statuses(void)
{
	struct {
		uint64_t mask, cgroup;
		uint32_t rest[12];
	} info = { .mask = 8 };
	pid_t pid = child_with(3);
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool keeps;

	MUST(waitpid(pid, NULL, 0) == pid);
	keeps = fd >= 0 && ioctl(fd, _IOWR(0xff, 11, char[64]), &info) == 0 && (info.mask & 8);
	if (fd >= 0)
		close(fd);
	return keeps;
}

static bool is_supervised(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl(getenv("PIDEPOCH"), "pidepoch", "run", "--supervisor=on", "--", "true",
		      (char *)NULL);
		_exit(127);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	return status == 0;
}

int main(int argc, char **argv)
{
	char few[] = "200", many[] = "1000", run[] = "run", on[] = "--supervisor=on",
	     share[] = "--waits=share", end[] = "--", *command = getenv("PIDEPOCH");
	char *number = getenv("PIDEPOCH_QUICK") ? few : many;
	char *const native[] = { argv[0], few, NULL };
	char *const watched[] = { command, run, on, share, end, argv[0], number, NULL };

	if (argc > 1 && strcmp(argv[1], "support") == 0)
		return !keeps_statuses();
	rounds = argc > 1 ? atoi(argv[1]) : 0;
	if (rounds) {
		run_scenario();
		return 0;
	}
	if (!keeps_statuses() || !is_supervised()) {
		printf("no supervisor here, or no status by pidfd (Linux 6.15)\n");
		return 77;
	}
	MUST(lost_by(native) >= 200);
	MUST(lost_by(watched) == 0);
	return 0;
}
