/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* learn_descriptor - pids read from a descriptor: its owner, the holder of a lock, the session of a
 * terminal, the peer of a socket. And pids set on it: its owner, its foreground group. The third
 * argument is read whether or not it was passed, as in libc. */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/sys.h"
#include "learn.h"

static void learn_lock(const struct flock *lock)
{
	if (lock->l_type != F_UNLCK)
		pe_preload_learn(lock->l_pid);
}

/* the owner of F_SETOWN_EX in the terms of F_SETOWN; 0: a thread, or it cannot be read */
static pid_t owner_of(const struct f_owner_ex *owner)
{
	if (pe_preload_aside || !pe_sys_readable((uintptr_t)owner))
		return 0;
	return owner->type == F_OWNER_PID    ? owner->pid
	       : owner->type == F_OWNER_PGRP ? -owner->pid
					     : 0;
}

/* The kernel stores the process or group that has the pid at this moment. */
static long check_owner(int command, void *arg)
{
	if (command == F_SETOWN)
		return pe_preload_check(PE_CALL_SETOWN, (pid_t)(intptr_t)arg);
	return pe_preload_check(PE_CALL_SETOWN, owner_of(arg));
}

PE_PUBLIC int fcntl(int fd, int command, ...)
{
	va_list more;
	void *arg;
	int n;

	va_start(more, command);
	arg = va_arg(more, void *);
	va_end(more);
	if (unlikely(command == F_SETOWN || command == F_SETOWN_EX)) {
		n = (int)check_owner(command, arg);
		if (n < 0)
			return (int)pe_result(n);
	}
	n = PE_REAL(fcntl)(fd, command, arg);
	if (command == F_GETOWN)
		pe_preload_learn(n);
	else if (command == F_GETOWN_EX && n == 0)
		pe_preload_learn(((const struct f_owner_ex *)arg)->pid);
	else if ((command == F_GETLK || command == F_OFD_GETLK) && n == 0)
		learn_lock(arg);
	return n;
}

PE_PUBLIC int __fcntl(int fd, int command, ...) __attribute__((alias("fcntl")));

static long check_foreground(pid_t group)
{
	return group > 1 ? pe_preload_check(PE_CALL_TCSETPGRP, -group) : 0;
}

PE_PUBLIC int tcsetpgrp(int fd, pid_t group)
{
	long n = check_foreground(group);

	return n < 0 ? (int)pe_result(n) : PE_REAL(tcsetpgrp)(fd, group);
}

/* The kernel reads 32 bits of the request. */
PE_DECLARE(ioctl, int, int fd, unsigned int request, ...)
{
	va_list more;
	void *arg;
	int n;

	va_start(more, request);
	arg = va_arg(more, void *);
	va_end(more);
	if (request == TIOCSPGRP && !pe_preload_aside && pe_sys_readable((uintptr_t)arg)) {
		n = (int)check_foreground(*(const pid_t *)arg);
		if (n < 0)
			return (int)pe_result(n);
	}
	n = PE_REAL(ioctl)(fd, request, arg);
	if ((request == TIOCGPGRP || request == TIOCGSID) && n == 0)
		pe_preload_learn(*(const pid_t *)arg);
	return n;
}

PE_PUBLIC int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
	int n = PE_REAL(getsockopt)(fd, level, name, value, length);

	if (level == SOL_SOCKET && name == SO_PEERCRED && n == 0 && *length >= sizeof(pid_t))
		pe_preload_learn(((const struct ucred *)value)->pid);
	return n;
}

static void learn_credentials(const struct msghdr *message)
{
	const char *at = message->msg_control;
	size_t left = message->msg_controllen, step = 0;

	for (; left >= CMSG_LEN(sizeof(pid_t)); at += step, left -= step) {
		const struct cmsghdr *c = (const struct cmsghdr *)at;

		if (c->cmsg_len < sizeof(*c) || c->cmsg_len > left)
			return;
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
		    c->cmsg_len >= CMSG_LEN(sizeof(pid_t)))
			pe_preload_learn(((const struct ucred *)CMSG_DATA(c))->pid);
		step = CMSG_ALIGN(c->cmsg_len);
		if (step > left)
			return;
	}
}

PE_PUBLIC ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t n = PE_REAL(recvmsg)(fd, message, flags);

	if (n >= 0 && message->msg_controllen)
		learn_credentials(message);
	pe_learn_message(fd, message, flags, n);
	return n;
}

PE_DECLARE(recvmmsg, int, int fd, struct mmsghdr *messages, unsigned int count, int flags,
	   struct timespec *timeout)
{
	int n = PE_REAL(recvmmsg)(fd, messages, count, flags, timeout);

	for (int i = 0; i < n; i++) {
		learn_credentials(&messages[i].msg_hdr);
		pe_learn_message(fd, &messages[i].msg_hdr, flags, (ssize_t)messages[i].msg_len);
	}
	return n;
}
