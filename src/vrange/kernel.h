/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel - the calls that make a range volatile, as the kernel offers them.
 *
 * kernel.1  Every result is >= 0 or -errno.
 * kernel.2  A descriptor of ours is close-on-exec and numbered above those that programs use.
 * kernel.3  No call here has an effect on a page that is not in the range it was given.
 *
 * How they fit together is explained in mark.h.
 */
#ifndef VR_KERNEL_H
#define VR_KERNEL_H

#include "core/contract.h"

#define VR_PAGE ((size_t)4096)

/* [start, end), both multiples of VR_PAGE */
struct vr_span {
	uintptr_t start, end;
};

static inline size_t vr_span_bytes(struct vr_span s)
{
	return s.end - s.start;
}

static inline size_t vr_span_pages(struct vr_span s)
{
	return vr_span_bytes(s) / VR_PAGE;
}

static inline struct vr_span vr_span_common(struct vr_span a, struct vr_span b)
{
	const struct vr_span both = { a.start > b.start ? a.start : b.start,
				      a.end < b.end ? a.end : b.end };

	return both;
}

/* --- userfaultfd: a missing page raises SIGBUS --- */

int vr_kernel_userfaultfd(void); /* a descriptor with UFFD_FEATURE_SIGBUS */
int vr_kernel_register(int uffd, struct vr_span s);
int vr_kernel_unregister(int uffd, struct vr_span s);

/* Is the whole of @s in one mapping that is registered? By a copy that is invalid in any case:
 * the kernel looks for the registration (-ENOENT) before it looks at the mode (-EINVAL). */
int vr_kernel_is_registered(int uffd, struct vr_span s); /* 1, 0 or -errno */

/* The zero page, or a copy of the page at @from for each one. Every page of @s must be missing. */
int vr_kernel_zero_fill(int uffd, struct vr_span s);
int vr_kernel_copy_fill(int uffd, struct vr_span s, uintptr_t from);

/* --- madvise --- */

int vr_kernel_free(struct vr_span s);	       /* MADV_FREE */
int vr_kernel_drop(struct vr_span s);	       /* MADV_DONTNEED */
int vr_kernel_page_out(struct vr_span s);      /* MADV_PAGEOUT */
int vr_kernel_populate_read(struct vr_span s); /* MADV_POPULATE_READ, 5.14 */

/* Makes every page of @s dirty. -EFAULT: one is missing and registered; -EINVAL: not writable. */
int vr_kernel_populate_write(struct vr_span s); /* MADV_POPULATE_WRITE, 5.14 */

/* The same for one page, before 5.14: an atomic "or 0" that the kernel makes (FUTEX_WAKE_OP). */
int vr_kernel_touch_write(uintptr_t page);

int vr_kernel_can_free(void); /* 0, or -errno: MADV_FREE is unknown or forbidden */

/* --- what is there --- */

int vr_kernel_is_mapped(struct vr_span s);  /* 0, or -ENOMEM: a part is not */
int vr_kernel_is_locked(struct vr_span s);  /* 1: a part is locked by mlock() */
int vr_kernel_is_special(struct vr_span s); /* 1: of a device, or locked */

/* 1: every page of @s is present. 0: not, or not known (while the machine uses swap). -errno */
int vr_kernel_all_present(struct vr_span s);
int vr_kernel_pagemap(void); /* a descriptor for vr_kernel_pages() */

#define VR_PAGES_PRESENT   (UINT64_C(1) << 63)
#define VR_PAGES_SWAPPED   (UINT64_C(1) << 62)
#define VR_PAGES_FILE	   (UINT64_C(1) << 61) /* of a file, or shared */
#define VR_PAGES_EXCLUSIVE (UINT64_C(1) << 56) /* mapped once: not shared with a forked process */

/* The state of the pages from @at on, at most @n of them. Returns how many. */
long vr_kernel_pages(int pagemap, uintptr_t at, uint64_t *pages, size_t n);

int vr_kernel_high(int fd); /* moves @fd up (kernel.2) and returns its new number */

#endif
