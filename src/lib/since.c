/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * since - references from a pid and the moment or the file that it was learned from.
 */
#include <pidepoch.h>

#include "core/reference/since.h"
#include "core/sys.h"
#include "lib/state.h"

static int give(const struct pe_state *s, pid_t pid, long n, uint64_t epoch,
		struct pidepoch_ref *ref)
{
	if (n == 0) {
		*ref = (struct pidepoch_ref){ .pid = pid, .epoch = (pidepoch_t)epoch };
		pe_frame_learn(s->frame, s->thread, pid);
	}
	return (int)pe_result(n);
}

/* 0 or -EFAULT. (process_vm_readv is refused in some containers.) */
static int copy_time(struct timespec *to, const struct timespec *from)
{
	if (!pe_sys_readable((uintptr_t)&from->tv_sec) ||
	    !pe_sys_readable((uintptr_t)&from->tv_nsec))
		return -EFAULT;
	*to = *from;
	return 0;
}

PE_EXPORT int pidepoch_ref_since(pid_t pid, const struct timespec *moment, struct pidepoch_ref *ref)
{
	struct pe_state s;
	struct timespec at;
	uint64_t epoch = 0;
	int n = copy_time(&at, moment);

	if (n == 0 && (at.tv_sec < 0 || at.tv_sec > INT64_MAX / 2000 || at.tv_nsec < 0 ||
		       at.tv_nsec > 999999999))
		n = -EINVAL;
	if (n == 0)
		n = pe_state_enter(&s) ? 0 : -EAGAIN;
	if (n != 0)
		return (int)pe_result(n);
	n = pe_since_moment(s.frame, s.thread, pid,
			    (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000, &epoch);
	return give(&s, pid, n, epoch, ref);
}

PE_EXPORT int pidepoch_ref_from(pid_t pid, int fd, struct pidepoch_ref *ref)
{
	struct pe_state s;
	uint64_t epoch = 0;
	long n;

	if (!pe_state_enter(&s))
		return (int)pe_result(-EAGAIN);
	n = pe_since_file(s.frame, s.thread, pid, fd, &epoch);
	return give(&s, pid, n, epoch, ref);
}
