/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <poll.h>

#include "core/reference/ring.h"

/* Constants of the kernel's interface under names of this file: the headers of Debian 12 lack about
 * half of them. */
#define SETUP_CQSIZE		 (1u << 3)
#define SETUP_TASKRUN_FLAG	 (1u << 9)
#define SETUP_SINGLE_ISSUER	 (1u << 12)
#define SETUP_DEFER_TASKRUN	 (1u << 13)
#define SETUP_NO_MMAP		 (1u << 14)
#define SETUP_REGISTERED_FD_ONLY (1u << 15)
#define FEAT_NODROP		 (1u << 1)
#define FEAT_EXT_ARG		 (1u << 8)
#define SQ_CQ_OVERFLOW		 (1u << 1)
#define SQ_TASKRUN		 (1u << 2)
#define CQ_EVENTFD_DISABLED	 (1u << 0)
#define ENTER_GETEVENTS		 (1u << 0)
#define ENTER_EXT_ARG		 (1u << 3)
#define ENTER_REGISTERED_RING	 (1u << 4)
#define REGISTER_EVENTFD	 4
#define UNREGISTER_EVENTFD	 5
#define UNREGISTER_RING_FDS	 21
#define USE_REGISTERED_RING	 (1u << 31)
#define OP_POLL_ADD		 6

#define SQ_ENTRIES 4u
#define CQ_ENTRIES 128u

struct offsets {
	uint32_t head, tail, mask, entries;
	uint32_t flags_or_lost, dropped_or_cqes, array_or_flags, spare;
	uint64_t memory;
};

struct params {
	uint32_t sq_entries, cq_entries, flags, cpu, idle, features, wq_fd, spare[3];
	struct offsets sq, cq;
};

struct pe_ring_sqe {
	uint8_t op, flags;
	uint16_t priority;
	int32_t fd;
	uint64_t offset, address;
	uint32_t length, poll_events;
	uint64_t tag;
	uint64_t spare[3];
};

struct pe_ring_cqe {
	uint64_t tag;
	int32_t result;
	uint32_t flags;
};

struct wait_argument {
	uint64_t mask;
	uint32_t mask_size, spare;
	uint64_t timeout;
};

struct registered {
	uint32_t index, spare;
	uint64_t data;
};

_Static_assert(sizeof(struct params) == 120 && sizeof(struct pe_ring_sqe) == 64 &&
		       sizeof(struct pe_ring_cqe) == 16,
	       "as the kernel has them");
_Static_assert(CQ_ENTRIES * sizeof(struct pe_ring_cqe) + 512 <= PE_SYS_PAGE, "ring.3");

static void *at(const struct pe_ring *r, uint32_t offset)
{
	return r->memory + offset;
}

static void place(struct pe_ring *r, const struct params *p)
{
	r->sq_tail = at(r, p->sq.tail);
	r->sq_flags = at(r, p->sq.flags_or_lost);
	r->sq_array = at(r, p->sq.array_or_flags);
	r->sq_mask = p->sq_entries - 1;
	r->cq_head = at(r, p->cq.head);
	r->cq_tail = at(r, p->cq.tail);
	r->cq_lost = at(r, p->cq.flags_or_lost);
	r->cq_flags = at(r, p->cq.array_or_flags);
	r->cq_mask = p->cq_entries - 1;
	r->cqes = at(r, p->cq.dropped_or_cqes);
	r->sqes = at(r, PE_SYS_PAGE);
}

int pe_ring_open(struct pe_ring *r)
{
	struct params p = {
		.cq_entries = CQ_ENTRIES,
		.flags = SETUP_NO_MMAP | SETUP_REGISTERED_FD_ONLY | SETUP_SINGLE_ISSUER |
			 SETUP_DEFER_TASKRUN | SETUP_TASKRUN_FLAG | SETUP_CQSIZE,
	};
	void *memory = pe_sys_mmap(2 * PE_SYS_PAGE);
	int index;

	*r = (struct pe_ring){ .memory = NULL };
	if (memory == MAP_FAILED)
		return -ENOMEM;
	pe_sys_madvise(memory, 2 * PE_SYS_PAGE, MADV_DONTFORK);
	p.cq.memory = (uint64_t)(uintptr_t)memory;
	p.sq.memory = p.cq.memory + PE_SYS_PAGE;
	index = (int)pe_sys2(SYS_io_uring_setup, SQ_ENTRIES, PE_SYS_LONG(&p));
	if (index < 0) {
		pe_sys_munmap(memory, 2 * PE_SYS_PAGE);
		return index;
	}
	r->memory = memory;
	r->index = (uint32_t)index;
	place(r, &p);
	if ((p.features & (FEAT_NODROP | FEAT_EXT_ARG)) == (FEAT_NODROP | FEAT_EXT_ARG))
		return 0;
	pe_ring_close(r);
	return -EOPNOTSUPP;
}

static int with_ring(const struct pe_ring *r, unsigned int op, const void *arg, int count)
{
	return (int)pe_sys4(SYS_io_uring_register, r->index, (long)(op | USE_REGISTERED_RING),
			    PE_SYS_LONG(arg), count);
}

void pe_ring_close(struct pe_ring *r)
{
	struct registered which = { .index = r->index };

	if (!r->memory)
		return;
	with_ring(r, UNREGISTER_RING_FDS, &which, 1);
	pe_ring_abandon(r);
}

int pe_ring_tell(struct pe_ring *r, int fd)
{
	with_ring(r, UNREGISTER_EVENTFD, NULL, 0); /* ENXIO: there was none */
	return with_ring(r, REGISTER_EVENTFD, &fd, 1);
}

void pe_ring_abandon(struct pe_ring *r)
{
	pe_sys_munmap(r->memory, 2 * PE_SYS_PAGE);
	r->memory = NULL;
}

static int enter(const struct pe_ring *r, uint32_t submit, uint32_t least, uint32_t flags,
		 const struct wait_argument *arg)
{
	return (int)pe_sys6(SYS_io_uring_enter, r->index, submit, least,
			    (long)(flags | ENTER_REGISTERED_RING), PE_SYS_LONG(arg),
			    arg ? sizeof(*arg) : 0);
}

int pe_ring_watch(struct pe_ring *r, int fd, uint64_t tag)
{
	uint32_t tail = atomic_load_explicit(r->sq_tail, memory_order_relaxed);
	int n;

	r->sqes[tail & r->sq_mask] = (struct pe_ring_sqe){
		.op = OP_POLL_ADD, .fd = fd, .poll_events = POLLIN, .tag = tag
	};
	r->sq_array[tail & r->sq_mask] = tail & r->sq_mask;
	atomic_store_explicit(r->sq_tail, tail + 1, memory_order_release);
	do
		n = enter(r, 1, 0, 0, NULL);
	while (n == -EINTR);
	if (n == 1)
		return 0;
	/* Not accepted: remove the entry. (The kernel's head has not moved.) */
	atomic_store_explicit(r->sq_tail, tail, memory_order_release);
	return n < 0 ? n : -EAGAIN;
}

static bool is_refusal(int n)
{
	return n < 0 && n != -EINTR && n != -ETIME && n != -EAGAIN && n != -EBUSY;
}

static bool is_empty(const struct pe_ring *r)
{
	return atomic_load_explicit(r->cq_head, memory_order_relaxed) ==
	       atomic_load_explicit(r->cq_tail, memory_order_acquire);
}

static bool has_work(const struct pe_ring *r)
{
	return atomic_load_explicit(r->sq_flags, memory_order_acquire) &
	       (SQ_TASKRUN | SQ_CQ_OVERFLOW);
}

void pe_ring_quiet(struct pe_ring *r)
{
	atomic_store(r->cq_flags, CQ_EVENTFD_DISABLED);
}

/* seq_cst: the kernel adds the work, then reads the flag */
bool pe_ring_loud(struct pe_ring *r)
{
	atomic_store(r->cq_flags, 0);
	atomic_thread_fence(memory_order_seq_cst);
	return has_work(r) || !is_empty(r);
}

/* Let the kernel post its completions. A flag shows whether there are more (ring.6). */
static bool refill(struct pe_ring *r)
{
	int n;

	while (is_empty(r)) {
		if (!has_work(r))
			return false;
		n = enter(r, 0, 0, ENTER_GETEVENTS, NULL);
		r->broken |= is_refusal(n);
		if (n < 0)
			return !is_empty(r);
	}
	return true;
}

bool pe_ring_next(struct pe_ring *r, uint64_t *tag, bool *gone)
{
	uint32_t head = atomic_load_explicit(r->cq_head, memory_order_relaxed);
	const struct pe_ring_cqe *c = &r->cqes[head & r->cq_mask];

	if (!refill(r))
		return false;
	*tag = c->tag;
	*gone = c->result < 0;
	atomic_store_explicit(r->cq_head, head + 1, memory_order_release);
	return true;
}

int pe_ring_wait(struct pe_ring *r, const struct timespec *timeout, const uint64_t *mask)
{
	const struct wait_argument arg = {
		.mask = (uintptr_t)mask,
		.mask_size = sizeof(*mask),
		.timeout = (uintptr_t)timeout,
	};
	int n = enter(r, 0, 1, ENTER_GETEVENTS | ENTER_EXT_ARG, &arg);

	r->broken |= is_refusal(n);
	return n == -EINTR || n == -ETIME ? n : 0;
}
