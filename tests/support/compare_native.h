/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compare_native - for tests that run a role of this program twice, without and with the preload
 * library. Both must look the same from outside: what they write to standard output and standard
 * error, and how they end.
 */
#ifndef TESTS_SUPPORT_COMPARE_NATIVE_H
#define TESTS_SUPPORT_COMPARE_NATIVE_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TWIN_MOST (1 << 20)

struct twin {
	int status;
	char said[2][TWIN_MOST]; /* to descriptors 1 and 2 */
};

static inline _Noreturn __attribute__((format(printf, 1, 2))) void twin_fail(const char *format,
									     ...)
{
	va_list more;

	va_start(more, format);
	printf("FAIL: ");
	vprintf(format, more);
	printf("\n");
	va_end(more);
	exit(1);
}

/* The role, in the process that is to become it. */
static inline _Noreturn void twin_become(const char *role, const char *more, bool native)
{
	const char *library = getenv("PIDEPOCH_PRELOAD");

	if (!native && (!library || setenv("LD_PRELOAD", library, 1) != 0))
		_exit(99);
	execl("/proc/self/exe", "twin", role, more, (char *)NULL);
	_exit(98);
}

static inline void twin_scenario(struct twin *t, const char *role, const char *more, bool native)
{
	int fd[2];
	pid_t pid;

	fflush(NULL);
	for (int i = 0; i < 2; i++)
		if ((fd[i] = memfd_create("said", MFD_CLOEXEC)) < 0)
			twin_fail("memfd: %m");
	pid = fork();
	if (pid == 0) {
		/* append: several processes write */
		for (int i = 0; i < 2; i++)
			if (fcntl(fd[i], F_SETFL, O_APPEND) != 0 || dup2(fd[i], i + 1) != i + 1)
				_exit(97);
		twin_become(role, more, native);
	}
	if (waitpid(pid, &t->status, 0) != pid)
		twin_fail("waitpid: %m");
	for (int i = 0; i < 2; i++) {
		ssize_t n = pread(fd[i], t->said[i], TWIN_MOST - 1, 0);

		t->said[i][n > 0 ? n : 0] = '\0';
		close(fd[i]);
	}
}

static inline void twin_show(const char *who, const struct twin *t)
{
	printf("%s: status %#x\n%s-- and on standard error:\n%s", who, t->status, t->said[0],
	       t->said[1]);
}

/* Returns how both ended. */
static inline int twin_compare(const char *role, const char *more)
{
	static struct twin native, preloaded;

	twin_scenario(&native, role, more, true);
	twin_scenario(&preloaded, role, more, false);
	if (native.status != preloaded.status || strcmp(native.said[0], preloaded.said[0]) != 0 ||
	    strcmp(native.said[1], preloaded.said[1]) != 0) {
		twin_show("natively", &native);
		twin_show("preloaded", &preloaded);
		twin_fail("%s %s: not the same", role, more ? more : "");
	}
	return native.status;
}

/* The same, for a role that must end with status 0. */
static inline void twin_same(const char *role, const char *more)
{
	int status = twin_compare(role, more);

	if (status != 0)
		twin_fail("%s %s: fails without the library: status %#x", role, more ? more : "",
			  status);
	printf("ok   %s %s\n", role, more ? more : "");
}

#endif
