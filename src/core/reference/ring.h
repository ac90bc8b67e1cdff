/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ring - one io_uring of one thread, for one question: which of many pidfds have become readable.
 *
 *   pidfd_open ─> watch(fd, tag): POLL_ADD, submitted ─> close(fd)    the request keeps the file
 *   a process ends ─> work for this thread; a flag in shared memory is set
 *   next() ─> [flag: io_uring_enter runs the work] ─> tag
 *
 * ring.1  It takes no entry in the program's descriptor table (REGISTERED_FD_ONLY): closefrom()
 *         does not close it, and RLIMIT_NOFILE bounds only the one descriptor that is open while it
 *         is being watched.
 * ring.2  Only the thread that opened it may use it (SINGLE_ISSUER). The program gets no signal and
 *         no spurious EINTR: work is run when the thread asks for it (DEFER_TASKRUN).
 * ring.3  Its memory belongs to the thread (NO_MMAP), one page for each of the two arrays, since
 *         kernels before 6.10 want each in one piece. It is not in a forked child (DONTFORK), which
 *         has no ring either.
 * ring.4  A tag comes back at most once. It means "look at this one", whatever the kernel's result
 *         was.
 * ring.5  The kernel keeps completions that find no room (NODROP). If it cannot, or refuses to be
 *         asked for them (a filter that was installed later), pe_ring_is_whole() returns false, and
 *         every pidfd must be looked at.
 * ring.6  When nothing has happened, next() makes no system call.
 * ring.7  The ring's own descriptor would not do for poll(2): work that waits for the thread does
 *         not wake its pollers. An eventfd is written to as soon as there is work; and not for what
 *         the thread itself fetches between quiet() and loud().
 */
#ifndef PE_CORE_REFERENCE_RING_H
#define PE_CORE_REFERENCE_RING_H

#include "core/contract.h"
#include "core/sys.h"

struct pe_ring_cqe;
struct pe_ring_sqe;

struct pe_ring {
	char *memory;	/* NULL: not open */
	bool broken;	/* ring.5 */
	uint32_t index; /* in the thread's table of registered rings */
	_Atomic uint32_t *sq_tail, *sq_flags, *cq_head, *cq_tail, *cq_lost, *cq_flags;
	uint32_t *sq_array;
	uint32_t sq_mask, cq_mask;
	struct pe_ring_sqe *sqes;
	struct pe_ring_cqe *cqes;
};

/* 0, or -errno: this kernel has no rings, or does not allow them (ENOSYS, EPERM, EINVAL, ENOMEM
 * ...) */
int pe_ring_open(struct pe_ring *r);

/* Only by the thread that opened it. All watches end. */
void pe_ring_close(struct pe_ring *r);

/* Free its memory, and leave the kernel's part until the thread ends: makes no io_uring call. */
void pe_ring_abandon(struct pe_ring *r);

/* Return @tag once, when @fd becomes readable, which may be now. @fd may be closed on return. 0 or
 * -errno */
int pe_ring_watch(struct pe_ring *r, int fd, uint64_t tag);

/* Write to the eventfd @fd whenever a tag is about to come back, in place of an earlier one. The
 * ring keeps the file. 0 or -errno */
int pe_ring_tell(struct pe_ring *r, int fd);

/* ring.7. loud: true: something has come meanwhile, for which the eventfd was not written to */
void pe_ring_quiet(struct pe_ring *r);
bool pe_ring_loud(struct pe_ring *r);

/* true: *@tag has come back. *@gone: the kernel dropped the request without @fd having become
 * readable. */
bool pe_ring_next(struct pe_ring *r, uint64_t *tag, bool *gone);

/* Sleep until next() has something, or the ring is not whole: 0; -ETIME; -EINTR a handler ran, or
 * the process was stopped. NULL: forever. @mask: the signals that are blocked meanwhile. Nothing is
 * consumed, and @r is left in order if the thread is cancelled or jumps away from here. */
int pe_ring_wait(struct pe_ring *r, const struct timespec *timeout, const uint64_t *mask);

/* Has nothing been lost? */
static inline bool pe_ring_is_whole(const struct pe_ring *r)
{
	return !r->broken && atomic_load_explicit(r->cq_lost, memory_order_relaxed) == 0;
}

#endif
