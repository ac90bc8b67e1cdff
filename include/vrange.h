/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange.h - volatile ranges: memory whose content may be thrown away under memory pressure.
 *
 * A program marks memory as volatile. From then on the kernel may take single pages of it when it
 * needs memory. Before the program uses the memory again, it marks it non-volatile, and is told
 * whether anything was taken. An access to a page that was taken raises SIGBUS (BUS_ADRERR, with
 * the exact address); a system call that is given such a page fails with EFAULT.
 *
 * The library needs no privilege and starts no thread. See vrange(7), mvrange(2) and
 * vrange_object(3). Link with -lvrange (pkg-config vrange).
 */
#ifndef VRANGE_H
#define VRANGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* modes */
#define VRANGE_NONVOLATILE 0
#define VRANGE_VOLATILE	   1

/* behaviors, a set of bits */
#define VRANGE_FULL    0 /* one lost page gives up the whole range; the default */
#define VRANGE_PARTIAL 1 /* the pages that survived keep their content */
#define VRANGE_ZERO    2 /* a lost page reads as zeros and raises no signal */
#define VRANGE_STRICT  4 /* fail with EOPNOTSUPP where a mark would be without effect */

/*
 * mvrange() - mark memory as volatile or as non-volatile
 * @start:    first byte; a multiple of the page size
 * @length:   bytes; rounded down to whole pages by a mark, up by an unmark
 * @mode:     VRANGE_VOLATILE or VRANGE_NONVOLATILE
 * @behavior: VRANGE_FULL, VRANGE_PARTIAL and VRANGE_STRICT as above; VRANGE_ZERO of a mark
 * Context:  async-signal-safe; any thread; not in a vfork child
 * Return:   0: marked, or every byte is as at the mark. 1 (VRANGE_NONVOLATILE only): at least one
 *           page was lost; lost pages read as zeros now. -1 with errno: nothing has changed
 * Errors:   EINVAL @start is not aligned, the range overflows, unknown @mode or @behavior, or the
 *           memory is locked or of huge pages; ENOMEM a part is not mapped, or there are too many
 *           mappings; EOPNOTSUPP (VRANGE_STRICT) the kernel or this mapping cannot do it;
 *           EACCES the range was marked and is not writable now
 * Source:   proposal of 2013-04-08 (mvrange)
 * Since:    0.1
 */
int mvrange(void *start, size_t length, int mode, int behavior);

/* a run of lost pages */
struct vrange_hole {
	void *start;
	size_t length; /* bytes, a multiple of the page size */
};

/*
 * vrange_holes() - which pages of a range are lost
 * @start:   first byte; a multiple of the page size
 * @length:  bytes, rounded up to whole pages
 * @holes:   room for @n runs
 * @n:       the most runs to report
 * Context:  async-signal-safe; any thread
 * Return:   the number of runs, in order of address, at most @n; or -1 with errno
 * Errors:   EINVAL @start is not aligned or the range overflows; ENOMEM a part is not mapped;
 *           EOPNOTSUPP /proc/self/pagemap cannot be read
 * Source:   none
 * Since:    0.1
 *
 * For a volatile range, and for one that mvrange(..., VRANGE_NONVOLATILE, VRANGE_PARTIAL) has just
 * reported as lost: a lost page counts until it is accessed.
 */
ssize_t vrange_holes(const void *start, size_t length, struct vrange_hole *holes, size_t n);

/*
 * vrange() - the call of the kernel patches, version 13, for ports
 * @start:   as for mvrange()
 * @length:  as for mvrange()
 * @mode:    VRANGE_VOLATILE or VRANGE_NONVOLATILE
 * @flags:   0
 * @purged:  set to 1 if a page was lost, else to 0; may be NULL
 * Context:  async-signal-safe; any thread; not in a vfork child
 * Return:   the bytes that were marked or unmarked, or -1 with errno
 * Errors:   EINVAL; ENOMEM; EACCES; as for mvrange()
 * Source:   kernel patches "Volatile Ranges", version 13 (2014)
 * Since:    0.1
 */
ssize_t vrange(void *start, size_t length, unsigned long mode, unsigned long flags, int *purged);

#ifdef __cplusplus
}
#endif

#endif
