// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/kernel/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

int pe_notify_install(const struct sock_fprog *filter, bool killable)
{
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;

	if (killable)
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	return result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, filter));
}

int pe_notify_sync(int listener)
{
	return result(
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
}

int pe_notify_receive(int listener, struct seccomp_notif *n)
{
	return result(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, n));
}

int pe_notify_let(int listener, uint64_t id)
{
	struct seccomp_notif_resp r = { .id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	return result(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r));
}

int pe_notify_answer(int listener, uint64_t id, long answer)
{
	struct seccomp_notif_resp r = { .id = id };

	if (answer < 0)
		r.error = (int)answer;
	else
		r.val = answer;
	return result(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r));
}

/* not by SECCOMP_ADDFD_FLAG_SEND: a worker killed before the caller has taken the descriptor would
 * leave it with 0 for a result */
int pe_notify_give(int listener, uint64_t id, int fd)
{
	struct seccomp_notif_addfd a = {
		.id = id,
		.srcfd = (__u32)fd,
		.newfd_flags = O_CLOEXEC,
	};
	int r;

	do
		r = result(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
	while (r == -EINTR); /* then the caller has not taken the descriptor */
	if (r < 0)
		return r;
	r = pe_notify_answer(listener, id, r);
	return r < 0 ? r : 0;
}

bool pe_notify_holds(int listener, uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}
