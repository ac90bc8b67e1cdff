/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signal - the calls on references that send a signal, or make a descriptor of the process. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/reference/killpg.h"
#include "core/sys.h"
#include "core/token.h"
#include "lib/call.h"
#include "lib/state.h"

PE_EXPORT int pidepoch_kill(pid_t pid, pidepoch_t epoch, int signal)
{
	const struct pe_use u = {
		.pid = pid,
		.signal = signal,
		.call = { .nr = SYS_kill, .arg = { pid, signal, [PE_TOKEN_AT] = PE_TOKEN } },
	};

	return (int)pe_call_made(&u, epoch);
}

PE_EXPORT int pidepoch_killpg(pid_t pid, pidepoch_t epoch, int signal)
{
	struct pe_state s;

	if (pid <= 0)
		return (int)pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return (int)pe_result(pid > 1 ? pe_sys_kill(-pid, signal) : -EINVAL);
	return (int)pe_result(pe_killpg(s.frame, s.thread, pid, epoch, signal));
}

/* Copy the siginfo as rt_sigqueueinfo() does: a bad pointer gives EFAULT, and si_signo need not be
 * set. The pidfd call rejects a siginfo with the si_code of kill(), and requires si_signo. */
static int take_info(siginfo_t *to, const siginfo_t *from, int signal)
{
	const char *last = (const char *)from + sizeof(*from) - sizeof(uint64_t);

	if (!from || !pe_sys_readable((uintptr_t)from) || !pe_sys_readable((uintptr_t)last))
		return -EFAULT;
	memcpy(to, from, sizeof(*to));
	to->si_signo = signal;
	return 0;
}

PE_EXPORT int pidepoch_rt_sigqueueinfo(pid_t pid, pidepoch_t epoch, int signal, siginfo_t *info)
{
	siginfo_t own;
	const struct pe_use u = {
		.pid = pid,
		.signal = signal,
		.info = &own,
		.call = { .nr = SYS_rt_sigqueueinfo,
			  .arg = { pid, signal, (long)&own, [PE_TOKEN_AT] = PE_TOKEN } },
	};
	int err = take_info(&own, info, signal);

	if (err != 0)
		return (int)pe_result(err);
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
	return (int)PE_CALL_MADE(pid, epoch, SYS_tgkill, pid, thread, signal, 0, 0, PE_TOKEN);
}

PE_EXPORT int pidepoch_rt_tgsigqueueinfo(pid_t pid, pidepoch_t epoch, pid_t thread, int signal,
					 siginfo_t *info)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_rt_tgsigqueueinfo, pid, thread, signal, (long)info,
				 0, PE_TOKEN);
}

PE_EXPORT int pidepoch_pidfd_open(pid_t pid, pidepoch_t epoch, unsigned int flags)
{
	return (int)PE_CALL_MADE(pid, epoch, SYS_pidfd_open, pid, (long)flags, 0, 0, 0, PE_TOKEN);
}
