/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lives - children that start, stop, continue and end at random, in the same order for the same
 * seed. A change has happened when the call returns: it is made by raw system calls, which bypass
 * the library.
 */
#ifndef TESTS_SUPPORT_LIVES_H
#define TESTS_SUPPORT_LIVES_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "attack.h"

#define CHILDREN 6

/* --- chance --- */

static uint64_t chance_state;

static inline unsigned int chance(unsigned int below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(chance_state >> 33) % below;
}

static inline bool once_in(unsigned int n)
{
	return chance(n) == 0;
}

/* --- children --- */

static struct child {
	/* 0: none; it stays when the child has been reaped, until another takes the place */
	pid_t pid;
	bool ended, stopped;
	int orders, pidfd;
} child[CHILDREN];

static inline long look(int idtype, long id, siginfo_t *info, int options)
{
	return attack_raw(SYS_waitid, idtype, id, (long)info, options, 0);
}

/* Is it not reaped yet? Asked by a raw system call. */
static inline bool is_there(const struct child *c)
{
	siginfo_t info;

	return c->pid != 0 && look(P_PID, c->pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

static inline void until(const struct child *c, int what)
{
	siginfo_t info;

	if (look(P_PID, c->pid, &info, what | WNOWAIT | __WALL) != 0)
		attack_fail("a child is not as it was made");
}

static inline _Noreturn void live(int orders)
{
	int code;

	attack_raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (attack_raw(SYS_read, orders, (long)&code, sizeof(code), 0, 0) != sizeof(code))
		;
	for (;;)
		attack_raw(SYS_exit_group, code, 0, 0, 0, 0);
}

static inline pid_t make(void)
{
	switch (chance(6)) {
	case 0:
		return (pid_t)syscall(SYS_clone, SIGURG, 0, 0, 0, 0);
	case 1:
		return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	case 2: /* seen by no wait */
		return (pid_t)attack_raw(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	default:
		return fork();
	}
}

static inline void spawn(struct child *c)
{
	bool leads = once_in(2), patient = once_in(3);
	int ends[2];

	if (c->pid) {
		close(c->orders);
		close(c->pidfd);
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		attack_fail("pipe: %m");
	*c = (struct child){ .orders = ends[1] };
	c->pid = make();
	if (c->pid == 0)
		live(ends[0]);
	close(ends[0]);
	if (leads)
		setpgid(c->pid, c->pid);
	c->pidfd = (int)attack_raw(SYS_pidfd_open, c->pid, patient ? 0 : O_NONBLOCK, 0, 0, 0);
	if (c->pid < 0 || c->pidfd < 0)
		attack_fail("no child: %m");
}

/* kill() is libc's or the library's: it must return 0 */
static inline void hit(const struct child *c, int sig)
{
	if (kill(c->pid, sig) != 0)
		attack_fail("kill(%d): %m", sig);
}

static inline void end(struct child *c)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGABRT, SIGSEGV, SIGPROF };
	unsigned int way = chance(8);
	int code = (int)chance(256) | (int)chance(4) << 8;

	if (c->stopped)
		hit(c, SIGKILL);
	else if (way < sizeof(signals) / sizeof(signals[0]))
		hit(c, signals[way]);
	else if (write(c->orders, &code, sizeof(code)) != sizeof(code))
		attack_fail("an order: %m");
	until(c, WEXITED);
	c->ended = true;
}

static inline void happen(struct child *c)
{
	if (!is_there(c)) {
		spawn(c);
	} else if (c->ended) {
		return;
	} else if (once_in(3)) {
		end(c);
	} else if (c->stopped) {
		hit(c, SIGCONT);
		until(c, WCONTINUED);
		c->stopped = false;
	} else {
		hit(c, SIGSTOP);
		until(c, WSTOPPED);
		c->stopped = true;
	}
}

#endif
