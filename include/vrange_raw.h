/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange_raw.h - volatile ranges without libvrange, for static programs: the six calls of the
 * kernel.
 *
 * What the library adds is left to the program: to register again after a fork (a userfaultfd
 * belongs to the process that opened it), to fill pages that were never written, to leave alone
 * pages that are swapped out or shared with a forked process, and to keep the descriptor open.
 * Linux 5.14.
 *
 * Context: async-signal-safe; any thread. Return: >= 0, or -1 with errno.
 */
#ifndef VRANGE_RAW_H
#define VRANGE_RAW_H

#include <errno.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !defined(__cplusplus) && !defined(__USE_MISC)
long syscall(long nr, ...); /* which strict ISO C hides */
#endif

/* A userfaultfd whose ranges raise SIGBUS where a page is missing. */
static __inline int vrange_raw_open(void)
{
	/* O_CLOEXEC, O_NONBLOCK, and UFFD_USER_MODE_ONLY, which needs no privilege */
	const int fd = (int)syscall(SYS_userfaultfd, 02000000 | 04000 | 1);
	struct uffdio_api api;

	api.api = UFFD_API;
	api.features = UFFD_FEATURE_SIGBUS;
	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Whole pages of private anonymous memory that were all written become volatile. */
static __inline int vrange_raw_mark(int fd, void *start, size_t length)
{
	struct uffdio_register range;

	range.range.start = (uintptr_t)start;
	range.range.len = length;
	range.mode = UFFDIO_REGISTER_MODE_MISSING;
	if (ioctl(fd, UFFDIO_REGISTER, &range) != 0)
		return -1;
	return (int)syscall(SYS_madvise, start, length, 8); /* MADV_FREE */
}

/* 0: every byte is as it was. 1: a page was lost, and all of the range reads as zeros. */
static __inline int vrange_raw_unmark(int fd, void *start, size_t length)
{
	struct uffdio_range range;
	int lost = 0;

	range.start = (uintptr_t)start;
	range.len = length;
	if (syscall(SYS_madvise, start, length, 23) != 0) { /* MADV_POPULATE_WRITE */
		if (errno != EFAULT ||
		    syscall(SYS_madvise, start, length, 4) != 0) /* MADV_DONTNEED */
			return -1;
		lost = 1;
	}
	return ioctl(fd, UFFDIO_UNREGISTER, &range) != 0 ? -1 : lost;
}

#endif
