/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* raw - what raw.c shares with raw_reap.c: with PAST_LIBC, system calls as instructions of the
 * program's own. */
#ifndef PE_TESTS_RAW_H
#define PE_TESTS_RAW_H

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef PAST_LIBC
#include "../support/attack.h"

static long past_libc(long nr, long a1, long a2, long a3, long a4, long a5)
{
	long r = attack_raw(nr, a1, a2, a3, a4, a5);

	if (r >= 0)
		return r;
	errno = (int)-r;
	return -1;
}

/* The sixth argument's register is as it was left. */
static inline __attribute__((always_inline)) long kill_as_is(int pid)
{
	long r = attack_raw(SYS_kill, pid, SIGTERM, 0, 0, 0);

	errno = (int)-r;
	return r;
}

#define PAST(nr, a, b, c, d, e, ...)                                                               \
	past_libc(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define syscall(...) PAST(__VA_ARGS__, 0, 0, 0, 0, 0)
#else
#define kill_as_is(pid) syscall(SYS_kill, pid, SIGTERM)
#endif

/* the child's pid */
extern int number;

static inline int is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Have a child and reap it. @how: one of the ways in raw_reap.c. @use: handed to the program that
 * this one becomes, if it does. Returns the pid that was reaped; `number` is the child's. */
int raw_reap(const char *how, const char *use);

#endif
