/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attributes - calls that look at a process or change it by its pid. They are guarded as kill() is,
 * on the raw call that libc's wrapper makes. The engine passes on a pid of 0 (the caller) and
 * values that mean no process.
 */
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "learn.h"

/* @pid: a process, or below -1 a group */
static long guarded(enum pe_call by, int pid, const struct pe_gate_call *call)
{
	bool group = pe_preload_means_group(pid);
	const struct pe_use u = {
		.by = by,
		.pid = group ? -pid : pid,
		.group = group,
		.signal = PE_USE_NO_SIGNAL,
		.call = *call,
	};

	return pe_result(pe_guarded(&u));
}

#define GUARDED(by, number, nr_, ...)                                                              \
	guarded(PE_CALL_##by, number,                                                              \
		&(const struct pe_gate_call){ .nr = (nr_), .arg = { __VA_ARGS__ } })

/* --- groups and sessions --- */

PE_PUBLIC int setpgid(pid_t pid, pid_t group)
{
	long n = group > 1 && group != pid ? pe_preload_check(PE_CALL_SETPGID, -group) : 0;

	if (n < 0)
		return (int)pe_result(n);
	n = GUARDED(SETPGID, pid, SYS_setpgid, pid, group);
	if (n == 0 && pid > 0 && (group == 0 || group == pid))
		pe_preload_group_made(pid);
	return (int)n;
}

PE_PUBLIC int __setpgid(pid_t pid, pid_t group) __attribute__((alias("setpgid"), nothrow, leaf));

/* A stale pid would return an unrelated process's group, and the program may then signal the whole
 * group. The result is learned, unless it is the pid that was asked about, which has been
 * judged. */
static pid_t answered(pid_t asked, long answer)
{
	if (answer != asked)
		pe_preload_learn((pid_t)answer);
	return (pid_t)answer;
}

PE_PUBLIC pid_t getpgid(pid_t pid)
{
	return answered(pid, GUARDED(GETPGID, pid, SYS_getpgid, pid));
}

PE_PUBLIC pid_t __getpgid(pid_t pid) __attribute__((alias("getpgid"), nothrow, leaf));

PE_PUBLIC pid_t getsid(pid_t pid)
{
	return answered(pid, GUARDED(GETSID, pid, SYS_getsid, pid));
}

/* --- priority and scheduling --- */

/* @who in the terms of kill(); 0 if it is neither a process nor a group */
static int whose_priority(int which, id_t who)
{
	int pid = (int)who;

	return pid <= 1 ? 0 : which == PRIO_PROCESS ? pid : which == PRIO_PGRP ? -pid : 0;
}

/* The kernel returns 20 - nice, so that no result is negative. */
PE_DECLARE(getpriority, int, int which, id_t who)
{
	long n = GUARDED(GETPRIORITY, whose_priority(which, who), SYS_getpriority, which, (int)who);

	return n < 0 ? -1 : 20 - (int)n;
}

PE_DECLARE(setpriority, int, int which, id_t who, int nice)
{
	return (int)GUARDED(SETPRIORITY, whose_priority(which, who), SYS_setpriority, which,
			    (int)who, nice);
}

/* The kernel returns how many bytes it wrote. */
PE_PUBLIC int sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t *set)
{
	long n = GUARDED(SCHED_GETAFFINITY, pid, SYS_sched_getaffinity, pid,
			 (long)(bytes < INT_MAX ? bytes : INT_MAX), (long)set);

	if (n < 0)
		return -1;
	memset((char *)set + n, 0, bytes - (size_t)n);
	return 0;
}

PE_PUBLIC int sched_setaffinity(pid_t pid, size_t bytes, const cpu_set_t *set)
{
	return (int)GUARDED(SCHED_SETAFFINITY, pid, SYS_sched_setaffinity, pid, (long)bytes,
			    (long)set);
}

PE_PUBLIC int sched_getscheduler(pid_t pid)
{
	return (int)GUARDED(SCHED_GETSCHEDULER, pid, SYS_sched_getscheduler, pid);
}

PE_PUBLIC int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
	return (int)GUARDED(SCHED_SETSCHEDULER, pid, SYS_sched_setscheduler, pid, policy,
			    (long)param);
}

PE_PUBLIC int sched_getparam(pid_t pid, struct sched_param *param)
{
	return (int)GUARDED(SCHED_GETPARAM, pid, SYS_sched_getparam, pid, (long)param);
}

PE_PUBLIC int sched_setparam(pid_t pid, const struct sched_param *param)
{
	return (int)GUARDED(SCHED_SETPARAM, pid, SYS_sched_setparam, pid, (long)param);
}

PE_PUBLIC int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
	return (int)GUARDED(SCHED_RR_GET_INTERVAL, pid, SYS_sched_rr_get_interval, pid,
			    (long)interval);
}

/* --- limits and memory --- */

PE_DECLARE(prlimit, int, pid_t pid, int resource, const struct rlimit *new, struct rlimit *old)
{
	return (int)GUARDED(PRLIMIT, pid, SYS_prlimit64, pid, resource, (long)new, (long)old);
}

#define MEMORY_PARAMETERS                                                                          \
	pid_t pid, const struct iovec *here, unsigned long here_count, const struct iovec *there,  \
		unsigned long there_count, unsigned long flags
#define MEMORY_ARGUMENTS                                                                           \
	pid, (long)here, (long)here_count, (long)there, (long)there_count, (long)flags

PE_PUBLIC ssize_t process_vm_readv(MEMORY_PARAMETERS)
{
	return GUARDED(PROCESS_VM_READV, pid, SYS_process_vm_readv, MEMORY_ARGUMENTS);
}

PE_PUBLIC ssize_t process_vm_writev(MEMORY_PARAMETERS)
{
	return GUARDED(PROCESS_VM_WRITEV, pid, SYS_process_vm_writev, MEMORY_ARGUMENTS);
}

/* --- ptrace --- */

/* Some requests have only a pid; the kernel does not read the other arguments. After an attach,
 * being traced keeps the pid from being released unseen. */
PE_DECLARE(ptrace, long, int request, ...)
{
	va_list more;
	pid_t pid;
	void *at, *data;
	long n;

	va_start(more, request);
	pid = va_arg(more, pid_t);
	at = va_arg(more, void *);
	data = va_arg(more, void *);
	va_end(more);
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return GUARDED(PTRACE, pid, SYS_ptrace, request, pid, (long)at, (long)data);
	n = PE_REAL(ptrace)(request, pid, at, data);
	if (n == 0 && request == PTRACE_GETEVENTMSG)
		pe_preload_learn((pid_t) * (const unsigned long *)data);
	else if (n == 0 && request == PTRACE_GETSIGINFO)
		pe_learn_siginfo(data);
	return n;
}
