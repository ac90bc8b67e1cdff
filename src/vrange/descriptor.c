/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * descriptor - the program does not close or replace the library's descriptors by accident
 * (vrange.14).
 *
 * Programs close every descriptor they do not know. With the userfaultfd the registrations of all
 * ranges would go, and each range would count as lost (state.3). So the functions that close and
 * replace skip the library's descriptors: to close one fails with EBADF, as if it were not open,
 * and where one would be replaced, it is given another number first. Raw system calls are not seen.
 *
 * Each function is that of the C library otherwise: hook, the next library's function, errno kept.
 */
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include "core/sys.h"
#include "vrange/state.h"

static int (*next_close)(int fd);
static int (*next_dup2)(int from, int to);
static int (*next_dup3)(int from, int to, int flags);

__attribute__((constructor)) static void find_next(void)
{
	*(void **)&next_close = dlsym(RTLD_NEXT, "close");
	*(void **)&next_dup2 = dlsym(RTLD_NEXT, "dup2");
	*(void **)&next_dup3 = dlsym(RTLD_NEXT, "dup3");
}

static long failed(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

PE_EXPORT int close(int fd)
{
	if (vr_state_is_own(fd))
		return (int)failed(-EBADF);
	return next_close ? next_close(fd) : (int)failed(pe_sys_close(fd));
}

PE_EXPORT int dup2(int from, int to)
{
	if (from != to)
		vr_state_make_way(to);
	return next_dup2 ? next_dup2(from, to) : (int)failed(pe_sys3(SYS_dup3, from, to, 0));
}

PE_EXPORT int dup3(int from, int to, int flags)
{
	vr_state_make_way(to);
	return next_dup3 ? next_dup3(from, to, flags)
			 : (int)failed(pe_sys3(SYS_dup3, from, to, flags));
}

/* The raw call on what lies between the library's descriptors. */
static long close_around(unsigned int first, unsigned int last, int flags)
{
	int own[2];
	const int n = vr_state_own(own);

	for (int i = 0; i < n; i++) {
		const unsigned int skip = (unsigned int)own[i];
		long error = 0;

		if (skip < first || skip > last)
			continue;
		if (skip > first)
			error = pe_sys3(SYS_close_range, first, skip - 1, flags);
		if (error || skip == last)
			return error;
		first = skip + 1;
	}
	return first > last ? 0 : pe_sys3(SYS_close_range, first, last, flags);
}

/* not every libc declares these two */
PE_EXPORT int close_range(unsigned int first, unsigned int last, int flags);
PE_EXPORT void closefrom(int lowest);

PE_EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
	return (int)failed(first > last ? -EINVAL : close_around(first, last, flags));
}

PE_EXPORT void closefrom(int lowest)
{
	const unsigned int first = lowest > 0 ? (unsigned int)lowest : 0;
	struct rlimit limit = { 0, 0 };

	if (close_around(first, ~0u, 0) == 0)
		return;
	/* before Linux 5.9 */
	pe_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, PE_SYS_LONG(&limit));
	for (unsigned int fd = first; fd < limit.rlim_cur; fd++)
		if (!vr_state_is_own((int)fd))
			pe_sys_close((int)fd);
}
