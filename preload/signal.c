/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signal - calls that send a signal to a pid, or open a pidfd. */
#include "real.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/sys.h"

PE_PUBLIC int kill(pid_t pid, int sig)
{
	bool group = pe_preload_means_group(pid);
	const struct pe_use u = {
		.by = PE_CALL_KILL,
		.pid = group ? -pid : pid,
		.group = group,
		.signal = sig,
		.call = { .nr = SYS_kill, .arg = { pid, sig, [PE_TOKEN_AT] = PE_TOKEN } },
	};

	return (int)pe_result(pe_guarded(&u));
}

PE_PUBLIC int killpg(pid_t group, int sig)
{
	if (group < 0) {
		errno = EINVAL;
		return -1;
	}
	return kill(-group, sig);
}

PE_PUBLIC int sigqueue(pid_t pid, int sig, const union sigval value)
{
	siginfo_t info;
	const struct pe_use u = {
		.by = PE_CALL_SIGQUEUE,
		.pid = pid,
		.signal = sig,
		.info = &info,
		.call = { .nr = SYS_rt_sigqueueinfo,
			  .arg = { pid, sig, (long)&info, [PE_TOKEN_AT] = PE_TOKEN } },
	};

	memset(&info, 0, sizeof(info));
	info.si_signo = sig;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return (int)pe_result(pe_guarded(&u));
}

/* not every libc declares it, nor pidfd_open() and gsignal() */
PE_PUBLIC int tgkill(pid_t group, pid_t thread, int sig);

PE_PUBLIC int tgkill(pid_t group, pid_t thread, int sig)
{
	const struct pe_use u = {
		.by = PE_CALL_TGKILL,
		.pid = group,
		.signal = sig,
		.to_thread = true,
		.call = { .nr = SYS_tgkill,
			  .arg = { group, thread, sig, [PE_TOKEN_AT] = PE_TOKEN } },
	};

	return (int)pe_result(pe_guarded(&u));
}

PE_PUBLIC int pidfd_open(pid_t pid, unsigned int flags);

PE_PUBLIC int pidfd_open(pid_t pid, unsigned int flags)
{
	const struct pe_use u = {
		.by = PE_CALL_PIDFD_OPEN,
		.pid = pid,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_pidfd_open,
			  .arg = { pid, (long)flags, [PE_TOKEN_AT] = PE_TOKEN } },
	};

	return (int)pe_result(pe_guarded(&u));
}

/*
 * Signals to the calling process or thread. A notified call that a handler interrupts before the
 * supervisor has received it fails with EINTR and has sent nothing (sys.4). On a kernel without a
 * supervisor none of these calls fails so. libc makes them by its own instructions, so each public
 * name has an interposer here.
 */
PE_PUBLIC int raise(int sig)
{
	if (unlikely(pe_preload_aside))
		return PE_REAL(raise)(sig);
	return (int)pe_result(pe_sys_tgkill(pe_sys_getpid(), pe_sys_gettid(), sig));
}

PE_PUBLIC int gsignal(int sig);

PE_PUBLIC int gsignal(int sig)
{
	return raise(sig);
}

PE_PUBLIC int pthread_kill(pthread_t thread, int sig)
{
	int error;

	if (thread == pthread_self())
		return -pe_sys_tgkill(pe_sys_getpid(), pe_sys_gettid(), sig);
	do
		error = PE_REAL(pthread_kill)(thread, sig);
	while (unlikely(error == EINTR));
	return error;
}

PE_PUBLIC int pthread_sigqueue(pthread_t thread, int sig, const union sigval value)
{
	int error;

	if (unlikely(!pe_real(PE_REAL_pthread_sigqueue)))
		return ENOSYS;
	do
		error = PE_REAL(pthread_sigqueue)(thread, sig, value);
	while (unlikely(error == EINTR));
	return error;
}
