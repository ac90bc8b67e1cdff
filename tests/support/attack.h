/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attack - for tests that are their own subject: the program starts itself again with the preload
 * library before libc. */
#ifndef TESTS_SUPPORT_ATTACK_H
#define TESTS_SUPPORT_ATTACK_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns in the preloaded program. */
static inline void attack_begin(char **argv)
{
	const char *library = getenv("PIDEPOCH_PRELOAD"), *loaded = getenv("LD_PRELOAD");

	if (library && loaded && strcmp(library, loaded) == 0)
		return;
	if (!library || setenv("LD_PRELOAD", library, 1) != 0) {
		printf("PIDEPOCH_PRELOAD names no library\n");
		exit(99);
	}
	execv("/proc/self/exe", argv);
	perror("exec");
	exit(99);
}

static inline _Noreturn __attribute__((format(printf, 1, 2))) void attack_fail(const char *format,
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

/* The kernel's result (-errno), by a raw system call. */
static inline long attack_raw(long nr, long a1, long a2, long a3, long a4, long a5)
{
#ifdef __x86_64__
	register long r10 __asm__("r10") = a4;
	register long r8 __asm__("r8") = a5;
	long n;

	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "a"(nr), "D"(a1), "S"(a2), "d"(a3), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return n;
#else
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a1;
	register long x1 __asm__("x1") = a2;
	register long x2 __asm__("x2") = a3;
	register long x3 __asm__("x3") = a4;
	register long x4 __asm__("x4") = a5;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
#endif
}

#endif
