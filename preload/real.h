/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * real - libc's own versions of the functions that this library interposes.
 *
 * All are looked up when the library is loaded: dlsym() may lock and allocate, which a handler or a
 * vfork child must not. A call before that (from another library's constructor) looks up its own
 * function.
 */
#ifndef PE_PRELOAD_REAL_H
#define PE_PRELOAD_REAL_H

#include <mqueue.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "lib/preload_api.h"

#define PE_PUBLIC __attribute__((visibility("default")))

/* Begin the definition of an interposer of @name. Its parameters have other types of the same size
 * in the headers of some C libraries. */
#define PE_DECLARE(name, result, ...)                                                              \
	PE_PUBLIC result pe_public_##name(__VA_ARGS__) __asm__(#name);                             \
	PE_PUBLIC result pe_public_##name(__VA_ARGS__)

#define PE_REALS(X)                                                                                \
	X(access)                                                                                  \
	X(chdir)                                                                                   \
	X(clone)                                                                                   \
	X(euidaccess)                                                                              \
	X(daemon)                                                                                  \
	X(execve)                                                                                  \
	X(execveat)                                                                                \
	X(execvpe)                                                                                 \
	X(faccessat)                                                                               \
	X(fchdir)                                                                                  \
	X(fcntl)                                                                                   \
	X(fexecve)                                                                                 \
	X(fopen)                                                                                   \
	X(fork)                                                                                    \
	X(_Fork)                                                                                   \
	X(forkpty)                                                                                 \
	X(fstatat)                                                                                 \
	X(__fxstatat)                                                                              \
	X(getpgrp)                                                                                 \
	X(getsockopt)                                                                              \
	X(ioctl)                                                                                   \
	X(lstat)                                                                                   \
	X(__lxstat)                                                                                \
	X(mq_receive)                                                                              \
	X(mq_timedreceive)                                                                         \
	X(msgrcv)                                                                                  \
	X(pipe)                                                                                    \
	X(pipe2)                                                                                   \
	X(readv)                                                                                   \
	X(recv)                                                                                    \
	X(__recv_chk)                                                                              \
	X(recvfrom)                                                                                \
	X(__recvfrom_chk)                                                                          \
	X(socketpair)                                                                              \
	X(msgctl)                                                                                  \
	X(open)                                                                                    \
	X(__open_2)                                                                                \
	X(openat)                                                                                  \
	X(__openat_2)                                                                              \
	X(opendir)                                                                                 \
	X(pclose)                                                                                  \
	X(perror)                                                                                  \
	X(popen)                                                                                   \
	X(prctl)                                                                                   \
	X(posix_spawn)                                                                             \
	X(posix_spawnp)                                                                            \
	X(pthread_kill)                                                                            \
	X(pthread_sigqueue)                                                                        \
	X(ptrace)                                                                                  \
	X(raise)                                                                                   \
	X(read)                                                                                    \
	X(__read_chk)                                                                              \
	X(readlink)                                                                                \
	X(readlinkat)                                                                              \
	X(recvmmsg)                                                                                \
	X(recvmsg)                                                                                 \
	X(semctl)                                                                                  \
	X(shmctl)                                                                                  \
	X(sigaction)                                                                               \
	X(sigignore)                                                                               \
	X(signal)                                                                                  \
	X(signalfd)                                                                                \
	X(sigset)                                                                                  \
	X(sigtimedwait)                                                                            \
	X(sigwaitinfo)                                                                             \
	X(stat)                                                                                    \
	X(statx)                                                                                   \
	X(strerror)                                                                                \
	X(strerror_l)                                                                              \
	X(strerror_r)                                                                              \
	X(strerrordesc_np)                                                                         \
	X(strerrorname_np)                                                                         \
	X(syscall)                                                                                 \
	X(__sysv_signal)                                                                           \
	X(system)                                                                                  \
	X(tcgetpgrp)                                                                               \
	X(tcsetpgrp)                                                                               \
	X(vfork)                                                                                   \
	X(tcgetsid)                                                                                \
	X(wait4)                                                                                   \
	X(waitid)                                                                                  \
	X(wordexp)                                                                                 \
	X(__xpg_strerror_r)                                                                        \
	X(__xstat)

#define PE_REAL_ENUM(name) PE_REAL_##name,
enum pe_real { PE_REALS(PE_REAL_ENUM) PE_REAL_COUNT };
#undef PE_REAL_ENUM

/* The POSIX strerror_r(), which glibc's headers hide behind the GNU version; and functions that not
 * every libc has. */
int execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags);
int pthread_sigqueue(pthread_t thread, int sig, const union sigval value);
sighandler_t __sysv_signal(int sig, sighandler_t handler);
PE_PUBLIC int __xpg_strerror_r(int error, char *buffer, size_t size);
PE_PUBLIC const char *strerrorname_np(int error);
PE_PUBLIC const char *strerrordesc_np(int error);

extern _Atomic(void *) pe_real_found[PE_REAL_COUNT];
void *pe_real_look_up(enum pe_real which);

static inline void *pe_real(enum pe_real which)
{
	void *found = atomic_load_explicit(&pe_real_found[which], memory_order_relaxed);

	return likely(found) ? found : pe_real_look_up(which);
}

#define PE_REAL(name) ((__typeof__(name) *)pe_real(PE_REAL_##name))

/* Make a call of the program unchanged, by libc's syscall(). 0 or more, or -errno */
long pe_real_call(const struct pe_gate_call *call);

static inline long pe_guarded(const struct pe_use *u)
{
	return likely(!pe_preload_aside) ? pe_preload_guard(u) : pe_real_call(&u->call);
}

#endif
