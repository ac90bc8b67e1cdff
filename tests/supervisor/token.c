// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which calls of a program with the library are notified, and what they say of themselves
 * (core/token.h): the test itself is the listener of the supervisor's filter, continues each call,
 * and counts.
 *
 *   test: listener <── notified calls ── program with the library
 *            '──────<── "since the last time, so many" (a pipe) ──'
 *
 * token.2: a child's first signal is notified, and later ones are not, in a forked child and beside
 * threads, too. token.4: waits that reap the library's own children are not notified; those of
 * others, and those that bypass it, are. token.5: where the memory cannot be read by the
 * supervisor, all are.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/attack.h"
#include "core/frame/stats.h"
#include "core/token.h"
#include "supervisor/kernel/notify_filter.h"
#include "supervisor/kernel/notify.h"

#define CALLS  50
#define REPORT 9 /* descriptor of the program */

/* since the report before it */
struct report {
	char what[48];
	int judged, announced, bypassing;
};

/* --- the program --- */

static void report(const char *what, int judged, int announced, int bypassing)
{
	struct report r = { .judged = judged, .announced = announced, .bypassing = bypassing };
	char go;

	snprintf(r.what, sizeof(r.what), "%s", what);
	if (send(REPORT, &r, sizeof(r), 0) != sizeof(r) || recv(REPORT, &go, 1, 0) != 1)
		_exit(95);
}

static pid_t spawn(void)
{
	pid_t child = fork();

	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (child == 0)
		pause();
	return child;
}

static void signal_often(pid_t pid)
{
	for (int i = 0; i < CALLS; i++)
		if (kill(pid, 0) != 0)
			_exit(94);
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	if (waitpid(child, NULL, 0) != child)
		_exit(94);
}

static void signals(void)
{
	pid_t child = spawn();
	int fd;

	kill(child, SIGURG);
	report("the first signal to a child", 1, 1, 0);
	signal_often(child);
	sigqueue(child, SIGURG, (union sigval){ 0 });
	syscall(SYS_tgkill, child, child, 0);
	fd = pidfd_open(child, 0);
	close(fd);
	report("later ones", 0, 0, 0);
	signal_often(getppid());
	report("signals to another process", CALLS, 0, 0);
	raise(0);
	kill(getpid(), SIGURG);
	pthread_kill(pthread_self(), 0);
	report("raise, kill and pthread_kill of oneself", 0, 0, 0);
	end(child);
	child = spawn();
	pidfd_open(child, 0);
	report("a pidfd of the next child", 1, 1, 0);
	end(child);
	report("the end of a child", 0, 0, 0);
}

static void forked(void)
{
	pid_t child = spawn(), other;
	int status;

	kill(child, 0);
	report("before the fork", 1, 1, 0);
	other = fork();
	if (other == 0) {
		signals();
		_exit(0);
	}
	if (waitpid(other, &status, 0) != other || status)
		_exit(94);
	signal_often(child);
	end(child);
	report("after the fork", 0, 0, 0);
}

static void *sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void threads(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, sleep_on, NULL) != 0)
		_exit(94);
	signals();
}

static void hidden(void)
{
	pid_t child = spawn();

	kill(child, 0);
	report("before it hides", 1, 1, 0);
	prctl(PR_SET_DUMPABLE, 0);
	signal_often(child);
	report("hidden", CALLS, 0, 0);
	end(child);
	report("the end of a child of a hidden program", 2, 0, 0);
}

static void waits(void)
{
	siginfo_t info;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	wait(NULL);
	child = fork();
	if (child == 0)
		_exit(0);
	waitid(P_ALL, 0, &info, WEXITED);
	report("waits of the library", 0, 0, 0);
	child = (pid_t)attack_raw(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	report("for a child that bypassed it", 1, 0, 0);
	child = fork();
	if (child == 0)
		_exit(0);
	attack_raw(SYS_wait4, child, 0, 0, 0, 0);
	report("one that bypasses it", 0, 0, 1);
}

/* token.5: the environment does not say that the memory can be read, by a supervisor of this
 * layout */
static void shown(void)
{
	pid_t child = spawn();

	signal_often(child);
	report("signals of an unreadable program", CALLS, 0, 0);
	end(child);
	report("the end of its child", 2, 0, 0);
}

static const struct {
	const char *name, *mark; /* the variable's value, before the layout if it has one */
	bool layout;
	void (*run)(void);
} scenarios[] = {
	{ "signals", "2:", true, signals }, { "forked", "2:", true, forked },
	{ "threads", "2:", true, threads }, { "hidden", "2:", true, hidden },
	{ "waits", "2:", true, waits },	    { "watched", "1:", true, shown },
	{ "no layout", "2", false, shown }, { "another layout", "2:0", false, shown },
	{ "nothing", "", false, shown },
};

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

/* --- the listener --- */

static struct report counted;

static void count(const struct seccomp_notif *n)
{
	if (pe_notify_filter_decode(&n->data) == PE_NOTIFY_FILTER_EXEC)
		return;
	if (n->data.args[PE_TOKEN_AT] == (uint64_t)PE_TOKEN_JUDGED) {
		counted.judged++;
		counted.announced += n->data.args[PE_TOKEN_WORD] != 0;
	} else {
		counted.bypassing++;
	}
}

static void serve(int listener)
{
	struct seccomp_notif n;

	memset(&n, 0, sizeof(n));
	if (pe_notify_receive(listener, &n) < 0)
		return;
	count(&n);
	pe_notify_let(listener, n.id);
}

/* 0 or 1 */
static int compare(const char *scenario, int reports)
{
	struct report r;
	int wrong;

	if (recv(reports, &r, sizeof(r), 0) != sizeof(r))
		exit(99);
	wrong = r.judged != counted.judged || r.announced != counted.announced ||
		r.bypassing != counted.bypassing;
	if (wrong)
		printf("FAIL: %s: %s: judged %d, not %d; announced %d, not %d; "
		       "bypassing %d, not %d\n",
		       scenario, r.what, counted.judged, r.judged, counted.announced, r.announced,
		       counted.bypassing, r.bypassing);
	memset(&counted, 0, sizeof(counted));
	return send(reports, "", 1, 0) == 1 ? wrong : 1;
}

static _Noreturn void become(size_t scenario, int reports)
{
	struct sock_filter room[PE_NOTIFY_FILTER_LENGTH];
	char value[32], number[8];
	struct sock_fprog filter;
	int listener;

	snprintf(value, sizeof(value), "%s", scenarios[scenario].mark);
	if (scenarios[scenario].layout)
		snprintf(value, sizeof(value), "%s%" PRIu64, scenarios[scenario].mark,
			 pe_stats_layout());
	setenv(PE_TOKEN_VARIABLE, value, 1);
	setenv("LD_PRELOAD", getenv("PIDEPOCH_PRELOAD"), 1);
	snprintf(number, sizeof(number), "%zu", scenario);
	dup2(reports, REPORT);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (pe_notify_filter_make(room, &filter, false, false) < 0)
		_exit(93);
	listener = pe_notify_install(&filter, true);
	if (listener < 0)
		_exit(listener == -EBUSY ? 77 : 92);
	if (send(REPORT, &listener, sizeof(listener), 0) != sizeof(listener) ||
	    recv(REPORT, value, 1, 0) != 1)
		_exit(91);
	close(listener);
	execl("/proc/self/exe", "token", number, (char *)NULL);
	_exit(90);
}

/* the copy of the program's listener that only we have from then on */
static int take_listener(pid_t pid, int reports)
{
	int pidfd = pidfd_open(pid, 0), fd;

	if (recv(reports, &fd, sizeof(fd), 0) != sizeof(fd))
		return -1;
	fd = pidfd_getfd(pidfd, fd, 0);
	close(pidfd);
	return send(reports, "", 1, 0) == 1 ? fd : -1;
}

static int perform(size_t scenario)
{
	int ends[2], listener, status, wrong = 0;
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		exit(99);
	pid = fork();
	if (pid == 0)
		become(scenario, ends[1]);
	close(ends[1]);
	listener = take_listener(pid, ends[0]);
	p[0].fd = listener;
	p[1].fd = ends[0];
	while (listener >= 0 && poll(p, 2, -1) > 0 && !(p[1].revents & POLLHUP)) {
		/* what was notified before the report is served before it */
		if (p[0].revents & POLLIN)
			serve(listener);
		else if (p[1].revents & POLLIN)
			wrong += compare(scenarios[scenario].name, ends[0]);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		printf("skip: a supervisor is there already\n");
		exit(77);
	}
	if (status)
		printf("FAIL: %s: status %#x\n", scenarios[scenario].name, (unsigned int)status);
	close(listener);
	close(ends[0]);
	return wrong || status;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc == 2) {
		scenarios[atoi(argv[1])].run();
		return 0;
	}
	for (size_t i = 0; i < SCENARIOS; i++)
		failed += perform(i);
	return failed != 0;
}
