/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call - the names of the calls that allocate, release or use a pid, for notices and history.
 */
#ifndef PE_CORE_CALL_H
#define PE_CORE_CALL_H

#include <stdbool.h>

#define PE_CALLS(X)                                                                                \
	X(NONE, "?")                                                                               \
	X(FORK, "fork")                                                                            \
	X(_FORK, "_Fork")                                                                          \
	X(VFORK, "vfork")                                                                          \
	X(CLONE, "clone")                                                                          \
	X(SPAWN, "posix_spawn")                                                                    \
	X(FORKPTY, "forkpty")                                                                      \
	X(POPEN, "popen")                                                                          \
	X(WAIT, "wait")                                                                            \
	X(WAITPID, "waitpid")                                                                      \
	X(WAIT3, "wait3")                                                                          \
	X(WAIT4, "wait4")                                                                          \
	X(WAITID, "waitid")                                                                        \
	X(AUTOREAP, "the kernel, SIGCHLD being ignored")                                           \
	X(ELSEWHERE, "a wait that was not seen")                                                   \
	X(KILL, "kill")                                                                            \
	X(TKILL, "tkill")                                                                          \
	X(TGKILL, "tgkill")                                                                        \
	X(SIGQUEUE, "sigqueue")                                                                    \
	X(RT_TGSIGQUEUE, "rt_tgsigqueueinfo")                                                      \
	X(PIDFD_OPEN, "pidfd_open")                                                                \
	X(SETPRIORITY, "setpriority")                                                              \
	X(GETPRIORITY, "getpriority")                                                              \
	X(PTRACE, "ptrace")                                                                        \
	X(PRLIMIT, "prlimit")                                                                      \
	X(SCHED_SETAFFINITY, "sched_setaffinity")                                                  \
	X(SCHED_SETSCHEDULER, "sched_setscheduler")                                                \
	X(SCHED_SETPARAM, "sched_setparam")                                                        \
	X(SETPGID, "setpgid")                                                                      \
	X(PROCESS_VM_READV, "process_vm_readv")                                                    \
	X(PROCESS_VM_WRITEV, "process_vm_writev")                                                  \
	X(GETPGID, "getpgid")                                                                      \
	X(GETSID, "getsid")                                                                        \
	X(SCHED_GETAFFINITY, "sched_getaffinity")                                                  \
	X(SCHED_GETSCHEDULER, "sched_getscheduler")                                                \
	X(SCHED_GETPARAM, "sched_getparam")                                                        \
	X(SCHED_RR_GET_INTERVAL, "sched_rr_get_interval")                                          \
	X(WAITPIDV, "waitpidv")                                                                    \
	X(IOPRIO_GET, "ioprio_get")                                                                \
	X(IOPRIO_SET, "ioprio_set")                                                                \
	X(SETOWN, "fcntl")                                                                         \
	X(TCSETPGRP, "tcsetpgrp")                                                                  \
	X(PROC, "/proc")

#define PE_CALL_ENUM(name, text) PE_CALL_##name,
enum pe_call { PE_CALLS(PE_CALL_ENUM) PE_CALL_COUNT };
#undef PE_CALL_ENUM

const char *pe_call_name(unsigned int call);

/* Does the call never change anything? (kill with signal 0 is not one of these calls.) */
bool pe_call_only_asks(enum pe_call call);

#endif
