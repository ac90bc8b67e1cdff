/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signal - the calls on references that send a signal, or make a descriptor of the process. */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/call.h"

PE_EXPORT int pidepoch_kill(pid_t pid, pidepoch_t epoch, int signal)
{
	const struct pe_use u = {
		.number = pid,
		.signal = signal,
		.call = { .nr = SYS_kill, .arg = { pid, signal } },
	};

	return (int)pe_call_made(&u, epoch);
}

PE_EXPORT int pidepoch_rt_sigqueueinfo(pid_t pid, pidepoch_t epoch, int signal, siginfo_t *info)
{
	const struct pe_use u = {
		.number = pid,
		.signal = signal,
		.info = info,
		.call = { .nr = SYS_rt_sigqueueinfo, .arg = { pid, signal, (long)info } },
	};

	return (int)pe_call_made(&u, epoch);
}

PE_EXPORT int pidepoch_sigqueue(pid_t pid, pidepoch_t epoch, int signal, const union sigval value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signal;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return pidepoch_rt_sigqueueinfo(pid, epoch, signal, &info);
}

PE_EXPORT int pidepoch_tgkill(pid_t pid, pidepoch_t epoch, pid_t thread, int signal)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_tgkill, pid, thread, signal);
}

PE_EXPORT int pidepoch_rt_tgsigqueueinfo(pid_t pid, pidepoch_t epoch, pid_t thread, int signal,
					 siginfo_t *info)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_rt_tgsigqueueinfo, pid, thread, signal,
				 (long)info);
}

PE_EXPORT int pidepoch_pidfd_open(pid_t pid, pidepoch_t epoch, unsigned int flags)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_pidfd_open, pid, (long)flags);
}
