/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * alone - a preload library that only costs what the library's promises cost: it knows nothing of
 * pids, but maps and writes as many pages, has a page that the kernel wipes at a fork, and makes
 * the system calls of a guarded fork and wait. The floor of the row "fork+exit+wait".
 *
 * bench.py compiles it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

/* As many pages as the library has: of its text, of which a forked child maps those around the
 * function that it returns to; and of its data, three of which are written. */
extern const char text[50][PAGE];
const char text[50][PAGE] = { { 1 } };
static char data[11][PAGE] __attribute__((aligned(PAGE))) = { { 1 } };
static pid_t (*real_fork)(void);
static int (*real_waitid)(idtype_t, id_t, siginfo_t *, int);
static pid_t (*real_wait4)(pid_t, int *, int, struct rusage *);

static __attribute__((constructor)) void begin(void)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		_exit(1);
	madvise(page, PAGE, MADV_WIPEONFORK);
	*page = 1;
	real_fork = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	real_waitid = (int (*)(idtype_t, id_t, siginfo_t *, int))dlsym(RTLD_NEXT, "waitid");
	real_wait4 = (pid_t(*)(pid_t, int *, int, struct rusage *))dlsym(RTLD_NEXT, "wait4");
	for (int i = 0; i < 3; i++)
		data[i][0]++;
}

/* The child has a copy of the two pages, so the parent's write copies them. */
pid_t fork(void)
{
	sigset_t all, old;
	pid_t child = real_fork();

	if (child == 0)
		return 0;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	data[0][0]++;
	data[1][0]++;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return child;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	sigset_t all, old;
	siginfo_t info;
	pid_t n;

	real_waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | options);
	getpriority(PRIO_PGRP, (id_t)pid);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	n = real_wait4(pid, status, WNOHANG, NULL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return n;
}
