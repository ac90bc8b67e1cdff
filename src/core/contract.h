/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * contract - the rules for code in src/core. Every .c file of it includes this header first.
 *
 * contract.1  Async-signal-safe: no libc call but memcpy, memset, memmove and memcmp. System calls
 *             are made through sys.h only.
 * contract.2  No errno: a result is >= 0 or -errno. The error constants are defined here, the
 *             variable is not.
 * contract.3  No writable globals: the caller passes the frame.
 * contract.4  No allocation except from pe_arena, no stdio, no libc lock, no environment, no
 *             dynamic loader.
 *
 * If a source file includes this header first, the names at its end are poisoned. A file that
 * includes it through another header (a host of the engine, a test) gets only the types.
 */
#ifndef PE_CORE_CONTRACT_H
#define PE_CORE_CONTRACT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <limits.h>
#include <linux/errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* keep the function, and its stack frame, out of the hot path */
#define pe_cold __attribute__((cold, noinline))

#define PE_HIDDEN __attribute__((visibility("hidden")))
#define PE_EXPORT __attribute__((visibility("default")))

_Static_assert(sizeof(long) == 8 && sizeof(void *) == 8, "64-bit CPUs only");
_Static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LONG_LOCK_FREE == 2,
	       "contract.1 needs real atomics");

#endif

/* The names are poisoned after the system headers, which declare some of them. */
#if __INCLUDE_LEVEL__ == 1 && !defined(PE_CORE_CONTRACT_ENFORCED)
#define PE_CORE_CONTRACT_ENFORCED
#include "core/sys.h"
#pragma GCC poison errno strerror strerror_r perror strsignal
#pragma GCC poison malloc calloc realloc reallocarray free alloca aligned_alloc posix_memalign
#pragma GCC poison strdup strndup asprintf vasprintf strtok getline getdelim
#pragma GCC poison printf fprintf sprintf snprintf dprintf vprintf vfprintf vsprintf vsnprintf
#pragma GCC poison puts fputs putchar fputc putc fwrite fread fflush scanf fscanf sscanf
#pragma GCC poison fopen fdopen freopen fclose popen pclose stdin stdout stderr
#pragma GCC poison opendir readdir closedir
#pragma GCC poison pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock
#pragma GCC poison pthread_mutex_init pthread_mutex_destroy pthread_once pthread_create
#pragma GCC poison pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_unlock
#pragma GCC poison pthread_cond_wait pthread_cond_signal pthread_atfork
#pragma GCC poison pthread_getspecific pthread_setspecific pthread_sigmask
#pragma GCC poison dlopen dlsym dlvsym dladdr dl_iterate_phdr
#pragma GCC poison getenv secure_getenv setenv putenv unsetenv environ
#pragma GCC poison exit atexit abort system syslog setlocale localtime gmtime syscall
#endif
