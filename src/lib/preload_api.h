/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * preload_api - the functions that interposers call.
 *
 * Results are >= 0 or -errno. errno is not changed: the interposer sets it.
 * Context: async-signal-safe; any thread; a vfork child, where calls are passed to the kernel.
 */
#ifndef PE_LIB_PRELOAD_API_H
#define PE_LIB_PRELOAD_API_H

#include <sys/types.h>

#include "core/call.h"
#include "core/engine/birth.h"
#include "core/engine/guard.h"
#include "core/frame/frame.h"
#include "core/engine/reap.h"
#include "core/token.h"

/* A result of the engine as callers of libc expect it: for -errno -1, and errno is set; else @n,
 * and errno is not changed. */
long pe_result(long n);

/* Is this the process that the frame belongs to? False in a vfork child: its waits go to libc. */
bool pe_preload_enter(void);

/* Around a call that makes a child. @pid <= 0: none was made. */
struct pe_birth pe_preload_birth_begin(enum pe_call by);
void pe_preload_birth_end(const struct pe_birth *b, pid_t pid);
void pe_preload_forked(void); /* in the child of a wrapped fork */

/* How many vforks deep the calling thread is, after adding @by: above 0 it runs as its own
 * child. */
uint32_t pe_preload_vfork_depth(int by);

/* As kill() takes it: the group that -@pid leads? -1 means all, and INT_MIN no group. */
static inline bool pe_preload_means_group(pid_t pid)
{
	return pid < -1 && pid != INT_MIN;
}

/* May a call by this name, which is not made under a hold, go on with @pid: a process, or below -1
 * a group? 0; else the error by policy. Reported where it is due. */
long pe_preload_check(enum pe_call by, pid_t pid);

long pe_preload_guard(const struct pe_use *u);
long pe_preload_reap(const struct pe_reap *r); /* after pe_preload_enter() said true */
void pe_preload_learn(pid_t number);

void pe_preload_group_made(pid_t leader); /* by setpgid(): @leader may be a child */
void pe_preload_children_vanish(void);	  /* SIGCHLD is ignored, or SA_NOCLDWAIT set */
void pe_preload_shared_vm(void); /* clone(CLONE_VM) without CLONE_THREAD is about to happen */

/*
 * Evidence (core/evidence/evidence.h). look: before /proc/PID is looked at; 0, or -ENOENT: it is
 * refused. looked: the process behind the pid was read. named: a kernel file that lists pids has
 * it. opened: a file for reading. moving: the working directory is about to change.
 */
long pe_preload_look(pid_t pid);
void pe_preload_looked(pid_t pid);
void pe_preload_named(pid_t pid);
void pe_preload_listed(void);
void pe_preload_opened(const char *path, bool at_cwd, int fd);
bool pe_preload_hears(void); /* is what is read from pipes to be shown? */
void pe_preload_heard(int fd, const void *data, size_t bytes);
void pe_preload_written(const char *path); /* opened for writing */
void pe_preload_moving(void);
/* "PIDEPOCH_ARGUMENTS=..." for a program with these arguments, in @text; NULL: there is nothing to
 * hand on */
const char *pe_preload_arguments(char *const *argv, char *text, size_t size);

/* Does the library that this is in see the forks and waits of the program? Each of the two defines
 * it. */
extern const bool pe_preload_sees_calls;

/* The options of pidepoch.h's prctl(). -EINVAL for one that is none of them, as the kernel has
 * it. */
long pe_preload_prctl(int option, unsigned long a2, unsigned long a3);

/*
 * The program is about to install a seccomp filter that kills for calls which the engine makes.
 * DEAF: only for the calls of a ring, which is not used from now on. CHILDLESS: also for every call
 * that makes a child. What is lost is logged, if there is something. After the filter is installed,
 * all calls are passed on.
 */
enum pe_confinement {
	PE_CONFINEMENT_NONE,
	PE_CONFINEMENT_DEAF,
	PE_CONFINEMENT_CHILDLESS,
	PE_CONFINEMENT_FULL
};
void pe_preload_confining(enum pe_confinement c);
void pe_preload_confined(void);
/* The process is about to be one that may not be looked into. */
void pe_preload_hiding(void);
bool pe_preload_is_confined(void);

/*
 * System calls that are not made from libc's text are about to be dispatched to the program
 * (prctl(2), PR_SET_SYSCALL_USER_DISPATCH). That is logged; then, when it is so,
 * pe_preload_step_aside(): the library does nothing more, and makes the program's calls by libc's
 * own functions. It stays so.
 */
void pe_preload_stepping_aside(void);
void pe_preload_step_aside(void);
extern bool pe_preload_aside;

/* Does [@start, @end) contain all of this library? */
bool pe_preload_is_within(uintptr_t start, uintptr_t end);

/* after pe_preload_enter() said true */
bool pe_preload_tells_events(void);
bool pe_preload_has_references(void); /* the program has called the API that gives them out */

/* The environment that keeps the library in programs that this one executes: name=value strings,
 * NULL at the end; empty when the library was not preloaded. [0] is LD_PRELOAD with this library
 * alone. */
const char *const *pe_preload_environment(void);

/* In an environment: what follows was added for the loader and for this library. */
#define PE_PRELOAD_RESTORED "PIDEPOCH_RESTORED="

/* Take the marker and what it marks out of @envp. @erase: the strings as well, of which the kernel
 * shows a copy. */
void pe_preload_hide(char **envp, bool erase);

#endif
