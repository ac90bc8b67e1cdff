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

/* Convert a result of the engine to libc's convention: for -errno, set errno and return -1;
 * otherwise return @n and leave errno unchanged. */
long pe_result(long n);

/* Does the frame belong to this process? False in a vfork child: its waits go to libc. */
bool pe_preload_enter(void);

/* Call these around each call that creates a child. @pid <= 0: none was created. */
struct pe_birth pe_preload_birth_begin(enum pe_call by);
void pe_preload_birth_end(const struct pe_birth *b, pid_t pid);
void pe_preload_forked(void); /* in the child of a wrapped fork */

/* Add @by to the calling thread's vfork depth and return the result. Above 0, the thread runs as
 * its own vfork child. */
uint32_t pe_preload_vfork_depth(int by);

/* As in kill(): does @pid mean the group that -@pid leads? -1 means all processes, and INT_MIN no
 * group. */
static inline bool pe_preload_means_group(pid_t pid)
{
	return pid < -1 && pid != INT_MIN;
}

/* For a call that is not made under a hold: may it go on with @pid, a process, or below -1 a group?
 * 0; else the error by policy. Reports if a report is due. */
long pe_preload_check(enum pe_call by, pid_t pid);

long pe_preload_guard(const struct pe_use *u);
long pe_preload_reap(const struct pe_reap *r); /* only after pe_preload_enter() returned true */
void pe_preload_learn(pid_t number);

/*
 * With --waits=share (core/engine/share.h, hidden.h). shares_waits: is it so, in this process?
 * share: the kernel has no child for the wait by pid @r; its result, -ECHILD if there is no status
 * to give. hidden_born: popen() has made @pid, between birth_begin and now. hidden_waited: libc's
 * own wait for @pid is over; @lost: with ECHILD, and the result is the pid if *@status was given.
 */
bool pe_preload_shares_waits(void);
long pe_preload_share(const struct pe_reap *r);
void pe_preload_hidden_born(const struct pe_birth *b, pid_t pid);
long pe_preload_hidden_waited(pid_t pid, bool lost, int *status);

void pe_preload_group_made(pid_t leader); /* setpgid() made a group: @leader may be a child */
/* SIGCHLD is about to be ignored, or SA_NOCLDWAIT to be set; its action has been changed */
void pe_preload_children_vanish(void);
void pe_preload_child_action(void);
void pe_preload_shared_vm(void); /* clone(CLONE_VM) without CLONE_THREAD is about to happen */

/*
 * Evidence (core/evidence/evidence.h). look: call it before a look at /proc/PID; 0, or -ENOENT: the
 * look is refused. looked: the program read the /proc data of the pid. named: a kernel file that
 * lists pids contains it. opened: a file was opened for reading. moving: the working directory is
 * about to change.
 */
long pe_preload_look(pid_t pid);
void pe_preload_looked(pid_t pid);
void pe_preload_named(pid_t pid);
void pe_preload_listed(void);
void pe_preload_opened(const char *path, bool at_cwd, int fd);
bool pe_preload_wants_input(void); /* must pe_preload_input() be called for data that is read? */
void pe_preload_input(int fd, const void *data, size_t bytes); /* @fd: -1: a message queue */
void pe_preload_stream(int fd);		   /* pipe() or socketpair() has made it */
void pe_preload_written(const char *path); /* opened for writing */
void pe_preload_moving(void);
/* Write "PIDEPOCH_ARGUMENTS=..." into @text for a program with these arguments. Returns @text;
 * NULL: there is nothing to pass on. */
const char *pe_preload_arguments(char *const *argv, char *text, size_t size);
/* The same text for a supervisor, before the exec of a program that cannot load the library. */
void pe_preload_announce_arguments(const char *text);

/* Does this library see the forks and waits of the program? Each of the two libraries defines
 * it. */
extern const bool pe_preload_sees_calls;

/* The prctl() options of pidepoch.h. -EINVAL for any other option, as from the kernel. */
long pe_preload_prctl(int option, unsigned long a2, unsigned long a3);

/*
 * The program is about to install a seccomp filter that kills for system calls which the engine
 * makes. NO_RING: only for the calls of a ring; the ring is not used from now on. NO_CHILD: also
 * for every call that creates a child. If protection is lost, a line is logged. After the filter is
 * installed, all calls are passed on.
 */
enum pe_confinement {
	PE_CONFINEMENT_NONE,
	PE_CONFINEMENT_NO_RING,
	PE_CONFINEMENT_NO_CHILD,
	PE_CONFINEMENT_FULL
};
void pe_preload_confining(enum pe_confinement c);
void pe_preload_confined(void);
/* Other processes are about to lose the right to read this process's memory. */
void pe_preload_hiding(void);
bool pe_preload_is_confined(void);

/*
 * The program is about to have system calls that do not come from libc's text dispatched to itself
 * (prctl(2), PR_SET_SYSCALL_USER_DISPATCH). stepping_aside logs this. After the prctl, step_aside:
 * the library does nothing more, and makes the program's calls by libc's own functions. This cannot
 * be undone.
 */
void pe_preload_stepping_aside(void);
void pe_preload_step_aside(void);
extern bool pe_preload_aside;

/* libc could not execute a program. If both processes of the supervisor have been killed, log what
 * this means. */
void pe_preload_not_executed(void);
/* The same, if a program that cannot load the library is about to be executed. */
void pe_preload_unserved(void);

/* Does [@start, @end) contain all of this library? */
bool pe_preload_is_within(uintptr_t start, uintptr_t end);

/* Of a control run of `pidepoch fuzz`: is it wanted whether programs can load the library, and one
 * cannot. */
bool pe_preload_seeks_bare(void);
void pe_preload_bare(void);

/* only after pe_preload_enter() returned true */
bool pe_preload_tells_events(void);
bool pe_preload_has_references(void); /* the program has called the API that returns references */

/* The environment that keeps the library in programs that this one executes: name=value strings,
 * NULL at the end; empty when the library was not preloaded. [0] is LD_PRELOAD with this library
 * alone. */
const char *const *pe_preload_environment(void);

/* A marker in an environment: the variables after it were added for the loader and for this
 * library. */
#define PE_PRELOAD_RESTORED "PIDEPOCH_RESTORED="

/* Remove the marker and the variables after it from @envp. @erase: also overwrite the strings,
 * which /proc/PID/environ shows. */
void pe_preload_hide(char **envp, bool erase);

#endif
