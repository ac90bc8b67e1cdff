/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/sysinfo.h>

#include "vrange/kernel.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#define ADVICE_POPULATE_READ  22
#define ADVICE_POPULATE_WRITE 23
#define ADVICE_COLD	      20
#define ADVICE_PAGEOUT	      21

/* where the library's descriptors are, if the limit allows it */
#define HIGH 1000

static int descriptor_ioctl(int fd, unsigned long request, void *argument)
{
	return (int)pe_sys3(SYS_ioctl, fd, (long)request, PE_SYS_LONG(argument));
}

int vr_kernel_high(int fd)
{
	struct rlimit limit = { 0, 0 };
	int high;

	if (fd < 0)
		return fd;
	pe_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, PE_SYS_LONG(&limit));
	high = limit.rlim_cur > HIGH + 16 ? HIGH : (int)limit.rlim_cur - 8;
	high = (int)pe_sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, high > 3 ? high : 3);
	if (high < 0)
		return fd;
	pe_sys_close(fd);
	return high;
}

int vr_kernel_userfaultfd(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_SIGBUS };
	long fd = pe_sys1(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
	int error;

	if (fd < 0)
		return (int)fd;
	error = descriptor_ioctl((int)fd, UFFDIO_API, &api);
	if (error) {
		pe_sys_close((int)fd);
		return error;
	}
	return vr_kernel_high((int)fd);
}

int vr_kernel_register(int uffd, struct vr_span s)
{
	struct uffdio_register range = { .range = { s.start, vr_span_bytes(s) },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };

	return descriptor_ioctl(uffd, UFFDIO_REGISTER, &range);
}

int vr_kernel_unregister(int uffd, struct vr_span s)
{
	struct uffdio_range range = { s.start, vr_span_bytes(s) };

	return descriptor_ioctl(uffd, UFFDIO_UNREGISTER, &range);
}

int vr_kernel_is_registered(int uffd, struct vr_span s)
{
	struct uffdio_copy copy = {
		.dst = s.start, .src = s.start, .len = vr_span_bytes(s), .mode = UFFDIO_COPY_MODE_WP
	};
	int error = descriptor_ioctl(uffd, UFFDIO_COPY, &copy);

	return error == -EINVAL ? 1 : error == -ENOENT ? 0 : error;
}

int vr_kernel_zero_fill(int uffd, struct vr_span s)
{
	struct uffdio_zeropage zero = { .range = { s.start, vr_span_bytes(s) } };
	int error;

	/* -EAGAIN: a part only, because the mappings were changing */
	while ((error = descriptor_ioctl(uffd, UFFDIO_ZEROPAGE, &zero)) == -EAGAIN) {
		size_t done = zero.zeropage > 0 ? (size_t)zero.zeropage : 0;

		zero.range.start += done;
		zero.range.len -= done;
		if (zero.range.len == 0)
			return 0;
	}
	return error;
}

int vr_kernel_copy_fill(int uffd, struct vr_span s, uintptr_t from)
{
	struct uffdio_copy copy = { .dst = s.start, .src = from, .len = vr_span_bytes(s) };
	int error;

	/* as above */
	while ((error = descriptor_ioctl(uffd, UFFDIO_COPY, &copy)) == -EAGAIN) {
		const size_t done = copy.copy > 0 ? (size_t)copy.copy : 0;

		copy.dst += done;
		copy.src += done;
		copy.len -= done;
		if (copy.len == 0)
			return 0;
	}
	return error;
}

static int advise(struct vr_span s, int advice)
{
	return pe_sys_madvise((void *)s.start, vr_span_bytes(s), advice);
}

int vr_kernel_free(struct vr_span s)
{
	return advise(s, MADV_FREE);
}

int vr_kernel_can_free(void)
{
	const struct vr_span none = { VR_PAGE, VR_PAGE };

	return vr_kernel_free(none);
}

int vr_kernel_drop(struct vr_span s)
{
	return advise(s, MADV_DONTNEED);
}

int vr_kernel_page_out(struct vr_span s)
{
	return advise(s, ADVICE_PAGEOUT);
}

int vr_kernel_populate_read(struct vr_span s)
{
	return advise(s, ADVICE_POPULATE_READ);
}

int vr_kernel_populate_write(struct vr_span s)
{
	return advise(s, ADVICE_POPULATE_WRITE);
}

int vr_kernel_touch_write(uintptr_t page)
{
	/* the comparison that FUTEX_WAKE_OP makes afterwards may only wake a waiter in vain */
	const int or_nothing = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0);
	uint32_t own = 0;
	long n = pe_sys6(SYS_futex, PE_SYS_LONG(&own), FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, 0,
			 (long)page, or_nothing);

	return n < 0 ? (int)n : 0;
}

int vr_kernel_is_mapped(struct vr_span s)
{
	return (int)pe_sys3(SYS_msync, (long)s.start, (long)vr_span_bytes(s), MS_ASYNC);
}

int vr_kernel_is_locked(struct vr_span s)
{
	return pe_sys3(SYS_msync, (long)s.start, (long)vr_span_bytes(s),
		       MS_ASYNC | MS_INVALIDATE) == -EBUSY;
}

/* MADV_COLD changes no content. It refuses memory that reclaim does not handle. */
int vr_kernel_is_special(struct vr_span s)
{
	const struct vr_span first = { s.start, s.start + VR_PAGE };

	return advise(first, ADVICE_COLD) == -EINVAL;
}

/* mincore() counts a page that is swapped out as resident while it is in the swap cache. */
static bool uses_swap(void)
{
	struct sysinfo info = { .totalswap = 1 };

	return pe_sys1(SYS_sysinfo, PE_SYS_LONG(&info)) != 0 || info.totalswap != info.freeswap;
}

int vr_kernel_all_present(struct vr_span s)
{
	unsigned char resident[256];

	if (uses_swap())
		return 0;
	while (s.start < s.end) {
		size_t pages = vr_span_pages(s);
		long error;

		pages = pages < sizeof(resident) ? pages : sizeof(resident);
		error = pe_sys3(SYS_mincore, (long)s.start, (long)(pages * VR_PAGE),
				PE_SYS_LONG(resident));
		if (error)
			return (int)error;
		for (size_t i = 0; i < pages; i++)
			if (!(resident[i] & 1))
				return 0;
		s.start += pages * VR_PAGE;
	}
	return 1;
}

int vr_kernel_pagemap(void)
{
	return pe_sys_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
}

long vr_kernel_pages(int pagemap, uintptr_t at, uint64_t *pages, size_t n)
{
	long bytes = pe_sys4(SYS_pread64, pagemap, PE_SYS_LONG(pages), (long)(n * sizeof(*pages)),
			     (long)(at / VR_PAGE * sizeof(*pages)));

	return bytes < 0 ? bytes : bytes / (long)sizeof(*pages);
}
