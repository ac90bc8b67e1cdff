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

/* the calls by number, through syscall() of a program that has the library */
#define VRANGE_NR_BASE	  20130408
#define VRANGE_NR_mvrange (VRANGE_NR_BASE + 0)
#define VRANGE_NR_fvrange (VRANGE_NR_BASE + 1)
#define VRANGE_NR_vrange  (VRANGE_NR_BASE + 2)

/* modes */
#define VRANGE_NONVOLATILE 0
#define VRANGE_VOLATILE	   1

/* behaviors, a set of bits */
#define VRANGE_FULL    0 /* one lost page gives up the whole range; the default */
#define VRANGE_PARTIAL 1 /* the pages that survived keep their content */
#define VRANGE_ZERO    2 /* of a mark: a lost page reads as zeros; its unmark keeps survivors */
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
 *           memory is locked, of huge pages or of a device; ENOMEM a part is not mapped, or there
 *           are too many mappings; ENOSPC a part is of a file, and the ledger is full; EOPNOTSUPP
 *           (VRANGE_STRICT) the kernel or this mapping cannot do it; EACCES the range was marked
 *           and is not writable now; EBUSY a part is volatile with the other choice of
 *           VRANGE_ZERO, or registered with a userfaultfd of the program
 * Source:   proposal of 2013-04-08 (mvrange)
 * Since:    0.1
 */
int mvrange(void *start, size_t length, int mode, int behavior);

/*
 * fvrange() - mark a part of a file in memory as volatile or as non-volatile
 * @fd:       of a file on tmpfs, or of a memfd; open for reading and writing
 * @offset:   first byte; a multiple of the page size
 * @length:   bytes; rounded down to whole pages by a mark, up by an unmark
 * @mode:     VRANGE_VOLATILE or VRANGE_NONVOLATILE
 * @behavior: VRANGE_FULL or VRANGE_PARTIAL; VRANGE_STRICT is accepted
 * Context:  async-signal-safe; any thread; not in a vfork child
 * Return:   as mvrange(). The state belongs to the file: any process of the same user may unmark,
 *           and a mark outlives the process that made it. A lost part reads as zeros, and raises no
 *           signal
 * Errors:   EBADF @fd is not open for reading and writing; EINVAL not such a file, or as mvrange();
 *           ENOSPC too many volatile files or parts, or /dev/shm is full; EBADMSG the ledger in
 *           /dev/shm is damaged: remove it; EACCES the ledger belongs to another user; ENOMEM
 * Source:   proposal of 2013-04-08 (fvrange)
 * Since:    0.1
 */
int fvrange(int fd, off_t offset, size_t length, int mode, int behavior);

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

/* --- objects: see vrange_object(3) --- */

struct vrange_object;

/*
 * vrange_new() - an object: memory that is volatile except while it is pinned
 * @size:    bytes, at least 1
 * @flags:   0
 * Context:  async-signal-safe; any thread
 * Return:   the object, whose first pin reports a loss; or NULL with errno
 * Errors:   EINVAL; ENOMEM
 * Source:   none
 * Since:    0.1
 */
struct vrange_object *vrange_new(size_t size, unsigned int flags);

/*
 * vrange_pin() - keep the memory of an object
 * @object:  of vrange_new()
 * @lost:    set to 1 if the content was lost (it is zeros now), else to 0; may be NULL
 * Context:  async-signal-safe; any thread. No system call unless the object was given to the kernel
 * Return:   its memory, aligned to a page, valid until as many calls of vrange_unpin(); or NULL
 *           with errno
 * Errors:   ENOMEM it was lost, and there is no memory for zeros; EINVAL it was deleted
 * Source:   none
 * Since:    0.1
 *
 * Pins nest. A loss is reported to one pin: threads that share an object agree on which one fills
 * it.
 */
void *vrange_pin(struct vrange_object *object, int *lost);

/*
 * vrange_fill() - vrange_pin(), and make the content anew if it was lost
 * @object:  of vrange_new()
 * @fill:    called after a loss with the memory, the size in bytes and @arg; other than 0: it
 *           failed
 * @arg:     for @fill
 * Context:  that of @fill; any thread
 * Return:   the memory, pinned; or NULL: not pinned, and lost as before
 * Errors:   ENOMEM; EINVAL; what @fill set
 * Source:   none
 * Since:    0.1
 */
void *vrange_fill(struct vrange_object *object, int (*fill)(void *to, size_t size, void *arg),
		  void *arg);

/*
 * vrange_unpin() - the object may be lost again
 * @object:  pinned
 * Context:  async-signal-safe; any thread
 * Source:   none
 * Since:    0.1
 */
void vrange_unpin(struct vrange_object *object);

/*
 * vrange_read() - copy from an object that need not be pinned
 * @to:      room for @n bytes
 * @object:  of vrange_new()
 * @at:      of the first byte in the object
 * @n:       bytes; @at + @n is at most the size
 * Context:  async-signal-safe; any thread. Raises no signal
 * Return:   @n, or -1 with errno
 * Errors:   EAGAIN a part is lost; EINVAL outside the object; ENOMEM
 * Source:   none
 * Since:    0.1
 */
ssize_t vrange_read(void *to, struct vrange_object *object, size_t at, size_t n);

/*
 * vrange_delete() - the end of an object
 * @object:  not pinned; NULL is accepted
 * Context:  async-signal-safe; any thread
 * Source:   none
 * Since:    0.1
 */
void vrange_delete(struct vrange_object *object);

/*
 * vrange_trim() - purge volatile memory of this process now, the oldest objects first
 * @bytes:   to purge at least, if there is so much
 * Context:  async-signal-safe; any thread
 * Return:   bytes that were purged
 * Source:   none
 * Since:    0.1
 */
size_t vrange_trim(size_t bytes);

/* what vrange_stat() reports of this process */
struct vrange_stat {
	size_t size;		 /* of this structure, bytes; set by the caller */
	uint32_t level;		 /* 1 to 4; see vrange(7) */
	uint32_t ranges;	 /* of mvrange() */
	uint64_t objects;	 /* that were ever made, less those whose memory was used again */
	uint64_t volatile_bytes; /* of objects, not yet given to the kernel */
	uint64_t armed_bytes;	 /* given to the kernel; resident until it takes them */
	uint64_t purged_bytes;	 /* found lost, or purged by vrange_trim(), so far */
	uint64_t debt_cap;	 /* the most that volatile_bytes may be; 0: not computed yet */
};

/*
 * vrange_stat() - how much memory is volatile, and by which mechanism
 * @stat:    its size is set
 * Context:  async-signal-safe; any thread
 * Return:   0, or -1 with errno
 * Errors:   EINVAL the size is none that the library knows; ENOMEM
 * Source:   none
 * Since:    0.1
 */
int vrange_stat(struct vrange_stat *stat);

#ifdef __cplusplus
}
#endif

#endif
