/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attribute - the calls on references that look at a process or change it. */
#include <limits.h>
#include <linux/ioprio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "core/reference/reference.h"
#include "lib/call.h"
#include "lib/state.h"

/* --- groups and sessions --- */

PE_EXPORT pid_t pidepoch_getpgid(pid_t pid, pidepoch_t epoch)
{
	return (pid_t)PE_CALL_MADE(pid, epoch, SYS_getpgid, pid);
}

PE_EXPORT pid_t pidepoch_getsid(pid_t pid, pidepoch_t epoch)
{
	return (pid_t)PE_CALL_MADE(pid, epoch, SYS_getsid, pid);
}

PE_EXPORT int pidepoch_setpgid(pid_t pid, pidepoch_t epoch, pid_t group)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_setpgid, pid, group);
}

/* --- priority and scheduling --- */

/* The kernel returns 20 - nice, so that no result is negative. */
PE_EXPORT int pidepoch_getpriority(pid_t pid, pidepoch_t epoch)
{
	long n = PE_CALL_MADE(pid, epoch, SYS_getpriority, PRIO_PROCESS, pid);

	return n < 0 ? -1 : 20 - (int)n;
}

PE_EXPORT int pidepoch_setpriority(pid_t pid, pidepoch_t epoch, int nice)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_setpriority, PRIO_PROCESS, pid, nice);
}

PE_EXPORT int pidepoch_ioprio_get(pid_t pid, pidepoch_t epoch)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid);
}

PE_EXPORT int pidepoch_ioprio_set(pid_t pid, pidepoch_t epoch, int priority)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, priority);
}

/* The kernel returns how many bytes it wrote. */
PE_EXPORT int pidepoch_sched_getaffinity(pid_t pid, pidepoch_t epoch, size_t size, cpu_set_t *set)
{
	long most = (long)(size < INT_MAX ? size : INT_MAX);
	long n = PE_CALL_MADE(pid, epoch, SYS_sched_getaffinity, pid, most, (long)set);

	if (n < 0)
		return -1;
	memset((char *)set + n, 0, size - (size_t)n);
	return 0;
}

PE_EXPORT int pidepoch_sched_setaffinity(pid_t pid, pidepoch_t epoch, size_t size,
					 const cpu_set_t *set)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_setaffinity, pid, (long)size, (long)set);
}

PE_EXPORT int pidepoch_sched_getscheduler(pid_t pid, pidepoch_t epoch)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_getscheduler, pid);
}

PE_EXPORT int pidepoch_sched_setscheduler(pid_t pid, pidepoch_t epoch, int policy,
					  const struct sched_param *param)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_setscheduler, pid, policy, (long)param);
}

PE_EXPORT int pidepoch_sched_getparam(pid_t pid, pidepoch_t epoch, struct sched_param *param)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_getparam, pid, (long)param);
}

PE_EXPORT int pidepoch_sched_setparam(pid_t pid, pidepoch_t epoch, const struct sched_param *param)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_setparam, pid, (long)param);
}

PE_EXPORT int pidepoch_sched_getattr(pid_t pid, pidepoch_t epoch, void *attr, unsigned int size,
				     unsigned int flags)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_getattr, pid, (long)attr, size, flags);
}

PE_EXPORT int pidepoch_sched_setattr(pid_t pid, pidepoch_t epoch, void *attr, unsigned int flags)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_setattr, pid, (long)attr, flags);
}

PE_EXPORT int pidepoch_sched_rr_get_interval(pid_t pid, pidepoch_t epoch, struct timespec *interval)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_sched_rr_get_interval, pid, (long)interval);
}

PE_EXPORT int pidepoch_prlimit(pid_t pid, pidepoch_t epoch, int resource,
			       const struct rlimit *new_limit, struct rlimit *old_limit)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_prlimit64, pid, resource, (long)new_limit,
				 (long)old_limit);
}

/* --- memory and descriptors --- */

PE_EXPORT ssize_t pidepoch_process_vm_readv(pid_t pid, pidepoch_t epoch, const struct iovec *local,
					    unsigned long locals, const struct iovec *remote,
					    unsigned long remotes, unsigned long flags)
{
	return PE_CALL_MADE(pid, epoch, SYS_process_vm_readv, pid, (long)local, (long)locals,
			    (long)remote, (long)remotes, (long)flags);
}

PE_EXPORT ssize_t pidepoch_process_vm_writev(pid_t pid, pidepoch_t epoch, const struct iovec *local,
					     unsigned long locals, const struct iovec *remote,
					     unsigned long remotes, unsigned long flags)
{
	return PE_CALL_MADE(pid, epoch, SYS_process_vm_writev, pid, (long)local, (long)locals,
			    (long)remote, (long)remotes, (long)flags);
}

/* Two references: the second one stays pinned during the call on the first. */
static long compare(const struct pe_state *s, pid_t pid, pidepoch_t epoch, struct pe_pin *other,
		    const struct pe_gate_call *call)
{
	const struct pe_use u = {
		.pid = pid,
		.signal = PE_USE_NO_SIGNAL,
		.call = *call,
	};
	long n = pe_reference_call(s->frame, s->thread, &u, epoch);
	int err = pe_reference_unpin(s->frame, s->thread, other);

	return err ? err : n;
}

PE_EXPORT int pidepoch_kcmp(pid_t pid, pidepoch_t epoch, pid_t other, pidepoch_t other_epoch,
			    int type, unsigned long index, unsigned long other_index)
{
	const struct pe_gate_call call = {
		.nr = SYS_kcmp,
		.arg = { pid, other, type, (long)index, (long)other_index },
	};
	struct pe_state s;
	struct pe_pin pin;
	long n;

	if (!pe_state_enter(&s))
		return (int)pe_result(
			pe_sys5(SYS_kcmp, pid, other, type, (long)index, (long)other_index));
	n = pe_reference_pin(s.frame, s.thread, other, other_epoch, SYS_kcmp, PE_PIN_BEST, &pin);
	return (int)pe_result(n ? n : compare(&s, pid, epoch, &pin, &call));
}

/* As in libc: the result of PEEK* is the word read, which the kernel stores at @data's place. */
PE_EXPORT long pidepoch_ptrace(int request, pid_t pid, pidepoch_t epoch, void *address, void *data)
{
	bool peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA ||
		     request == PTRACE_PEEKUSER;
	long word = 0;
	long n = PE_CALL_MADE(pid, epoch, SYS_ptrace, request, pid, (long)address,
			      peeks ? (long)&word : (long)data);

	return peeks && n >= 0 ? word : n;
}
