// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * postern - a program with the library, under the supervisor, that signals its child again and
 * again, and looks at how: has it the page, does the word say open, and is each call notified?
 * (listener.h; PROGRAM SCENARIO runs inside, PROGRAM COMMAND... outside)
 *
 *   opened    it is, and the calls are not shown; so it is in a forked child, which has its own;
 *             but the first to each child is
 *   taken     the address is the program's: the calls are shown, and what was there stays
 *   raw       a wait past the library bars it, in the child that makes it alone, and the calls are
 *             shown from then on
 *   threads   a program that has threads by then is not let in
 *   hidden    nor is one that may not be looked into by then; by_number: through syscall()
 *   users     nor is one that could become another user, if the supervisor may not look into that
 *             one's memory
 *   filtered  nor is one that has a filter of its own
 *   disturbed one that handles signals all the time is, and no call ends for that, shown or not
 *   waits     that the library makes are not shown, postern or not; those past it are; shown: all
 *             are, to such a supervisor
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/attack.h"
#include "../support/listener.h"
#include "core/engine/postern.h"

#define CALLS	 400
#define ASKED	 20 /* of them one by one */
#define CHILDREN 10

static const struct pe_postern_board *board(void)
{
	return (const struct pe_postern_board *)(uintptr_t)(PE_POSTERN_AT + PE_POSTERN_BOARD);
}

static int is_there(void)
{
	unsigned char resident;

	return mincore((void *)(uintptr_t)PE_POSTERN_AT, 4096, &resident) == 0;
}

static void signal_once(void *child)
{
	if (kill(*(const pid_t *)child, SIGURG) != 0)
		attack_fail("kill: %s", strerror(errno));
}

static void signal_often(pid_t child)
{
	for (int i = 0; i < CALLS; i++)
		signal_once(&child);
}

static void signal_often_by(void *child)
{
	signal_often(*(const pid_t *)child);
}

/* All or none of the calls from now on are notified. */
static void expect(const char *when, pid_t child, bool notified)
{
	for (int i = 0; notified && i < ASKED; i++)
		if (!listener_notifies(signal_once, &child))
			attack_fail("%s: call %d was not notified", when, i);
	if (!notified && listener_notifies(signal_often_by, &child))
		attack_fail("%s: one of %d calls was notified", when, CALLS);
}

/* a child that goes when its parent does */
static pid_t bear(void)
{
	pid_t child = fork();

	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (child == 0)
		pause();
	if (child < 0)
		attack_fail("fork");
	return child;
}

static void end(pid_t child)
{
	int status;

	if (kill(child, SIGKILL) != 0 || waitpid(child, &status, 0) != child ||
	    WTERMSIG(status) != SIGKILL)
		attack_fail("the end of the child");
}

static void state(const char *when, uint32_t wanted)
{
	if (!is_there() || board()->magic != PE_POSTERN_MAGIC)
		attack_fail("%s: there is no postern", when);
	if (*(const volatile uint32_t *)(uintptr_t)board()->word != wanted)
		attack_fail("%s: the word is %u", when,
			    *(const uint32_t *)(uintptr_t)board()->word);
}

static void wait_past_the_library(void)
{
	attack_raw(SYS_wait4, -1, 0, WNOHANG, 0, 0);
}

/* @what in a forked child, with a child of its own; it must end well */
static void in_child(void (*what)(pid_t))
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		pid_t own = bear();

		signal_once(&own); /* the first to each child is notified, see meet() */
		what(own);
		end(own);
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || status != 0)
		attack_fail("the forked child: %#x", status);
}

static void bar(pid_t child)
{
	expect("inherited", child, false);
	wait_past_the_library();
	state("after a raw wait", PE_POSTERN_BARRED);
	expect("after a raw wait", child, true);
}

static void keep(pid_t child)
{
	expect("inherited", child, false);
	if (waitpid(-1, NULL, WNOHANG) != 0)
		attack_fail("the wait");
	state("after a wait", PE_POSTERN_OPEN);
	expect("after a wait", child, false);
}

/* the first signal to each child is shown, the second is not */
static void meet(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = bear();

		if (!listener_notifies(signal_once, &child))
			attack_fail("the first signal to child %d was not notified", i);
		if (listener_notifies(signal_once, &child))
			attack_fail("the second signal to child %d was notified", i);
		end(child);
	}
}

static void opened(pid_t child)
{
	meet();
	expect("open", child, false);
	state("open", PE_POSTERN_OPEN);
	in_child(keep);
}

static void raw(pid_t child)
{
	in_child(bar);
	state("after a raw wait of the child", PE_POSTERN_OPEN);
	bar(child);
}

static void shut(pid_t child)
{
	expect("not let in", child, true);
	if (is_there())
		attack_fail("something is left of it");
}

static void *sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void threads(pid_t child)
{
	pthread_t t;

	if (pthread_create(&t, NULL, sleep_on, NULL) != 0)
		attack_fail("thread");
	shut(child);
}

static void taken(pid_t child)
{
	int *mine = mmap((void *)(uintptr_t)PE_POSTERN_AT, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (mine == MAP_FAILED)
		attack_fail("mmap: %s", strerror(errno));
	*mine = 4711;
	expect("taken", child, true);
	if (*mine != 4711)
		attack_fail("the page was the program's");
}

static void hidden(pid_t child)
{
	signal_often(child);
	state("before it hides", PE_POSTERN_OPEN);
	prctl(PR_SET_DUMPABLE, 0);
	state("hidden", PE_POSTERN_BARRED);
	prctl(PR_SET_DUMPABLE, 1);
	expect("hidden", child, true);
}

static void hidden_by_number(pid_t child)
{
	signal_often(child);
	state("before it hides", PE_POSTERN_OPEN);
	syscall(SYS_prctl, PR_SET_DUMPABLE, 0);
	state("hidden by number", PE_POSTERN_BARRED);
	expect("hidden by number", child, true);
}

/* The supervisor has been started without CAP_SYS_PTRACE. */
static void users(pid_t child)
{
	shut(child);
}

static void filtered(pid_t child)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	const struct sock_fprog program = { .len = 1, .filter = all };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		attack_fail("seccomp: %s", strerror(errno));
	shut(child);
}

static void handled(int signal)
{
	(void)signal;
}

static void disturb(pid_t child)
{
	const struct itimerval often = { { .tv_usec = 50 }, { .tv_usec = 50 } };
	const struct itimerval never = { { 0 }, { 0 } };

	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 10; i++)
		signal_often(child);
	setitimer(ITIMER_REAL, &never, NULL);
}

static void disturbed(pid_t child)
{
	const struct sigaction handler = { .sa_handler = handled };

	sigaction(SIGALRM, &handler, NULL);
	disturb(child);
	state("disturbed", PE_POSTERN_OPEN);
	wait_past_the_library();
	disturb(child);
}

static void wait_by_the_library(void *child)
{
	pid_t pid = *(const pid_t *)child;

	if (waitpid(pid, NULL, 0) != pid)
		attack_fail("the wait for a child");
}

static void wait_by_number(void *child)
{
	pid_t pid = *(const pid_t *)child;

	if (attack_raw(SYS_wait4, pid, 0, 0, 0, 0) != pid)
		attack_fail("the raw wait for a child");
}

/* Reap children that have ended by @wait: how many of the waits were notified? */
static int notified_waits(void (*wait)(void *))
{
	int notified = 0;
	siginfo_t info;

	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) != 0)
			attack_fail("the look at a child");
		notified += listener_notifies(wait, &child);
	}
	return notified;
}

static void waits(pid_t child)
{
	int library = notified_waits(wait_by_the_library);
	int raw_waits = notified_waits(wait_by_number);

	(void)child;
	if (library != 0 || raw_waits != CHILDREN)
		attack_fail("%d waits of the library and %d raw ones were notified", library,
			    raw_waits);
}

/* those of one whose memory the supervisor may not be able to read later are shown */
static void shown(pid_t child)
{
	int library = notified_waits(wait_by_the_library);

	(void)child;
	if (library != CHILDREN)
		attack_fail("%d waits of the library were notified", library);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*play)(pid_t);
	} plays[] = { { "opened", opened },	{ "raw", raw },
		      { "threads", threads },	{ "taken", taken },
		      { "hidden", hidden },	{ "by_number", hidden_by_number },
		      { "filtered", filtered }, { "disturbed", disturbed },
		      { "users", users },	{ "waits", waits },
		      { "shown", shown } };
	pid_t child;

	if (argc > 2)
		return listener_serve(argv + 1);
	if (argc != 2)
		return 98;
	child = bear();
	for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++)
		if (strcmp(argv[1], plays[i].name) == 0) {
			/* what happens before the library has asked is no part of it */
			if (plays[i].play == opened || plays[i].play == raw)
				signal_often(child);
			plays[i].play(child);
			end(child);
			printf("well\n");
			return 0;
		}
	return 98;
}
