/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/uio.h>

#include "core/sys.h"
#include "real.h"

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* --- the filter's result --- */

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
};

static uint32_t load(const struct seccomp_data *d, uint32_t at)
{
	uint32_t word = 0;

	if (at <= sizeof(*d) - sizeof(word))
		memcpy(&word, (const char *)d + at, sizeof(word));
	return word;
}

/* a load, a store or a transfer */
static void move(struct machine *m, const struct sock_filter *i, const struct seccomp_data *d)
{
	uint32_t *to = BPF_CLASS(i->code) == BPF_LDX ? &m->x : &m->a;
	uint32_t *cell = &m->memory[i->k % BPF_MEMWORDS];

	if (BPF_CLASS(i->code) == BPF_ST)
		*cell = m->a;
	else if (BPF_CLASS(i->code) == BPF_STX)
		*cell = m->x;
	else if (BPF_CLASS(i->code) == BPF_MISC && BPF_MISCOP(i->code) == BPF_TAX)
		m->x = m->a;
	else if (BPF_CLASS(i->code) == BPF_MISC)
		m->a = m->x;
	else if (BPF_MODE(i->code) == BPF_ABS)
		*to = load(d, i->k);
	else if (BPF_MODE(i->code) == BPF_MEM)
		*to = *cell;
	else
		*to = BPF_MODE(i->code) == BPF_LEN ? (uint32_t)sizeof(*d) : i->k;
}

static uint32_t operand(const struct machine *m, const struct sock_filter *i)
{
	return BPF_SRC(i->code) == BPF_X ? m->x : i->k;
}

static uint32_t compute(const struct machine *m, const struct sock_filter *i)
{
	uint32_t by = operand(m, i);

	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		return m->a + by;
	case BPF_SUB:
		return m->a - by;
	case BPF_MUL:
		return m->a * by;
	case BPF_DIV:
		return by ? m->a / by : 0;
	case BPF_OR:
		return m->a | by;
	case BPF_AND:
		return m->a & by;
	case BPF_LSH:
		return m->a << (by & 31);
	case BPF_RSH:
		return m->a >> (by & 31);
	case BPF_XOR:
		return m->a ^ by;
	default:
		return -m->a;
	}
}

/* how many instructions the jump skips */
static uint32_t jump(const struct machine *m, const struct sock_filter *i)
{
	uint32_t with = operand(m, i);

	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return i->k;
	case BPF_JEQ:
		return m->a == with ? i->jt : i->jf;
	case BPF_JGT:
		return m->a > with ? i->jt : i->jf;
	case BPF_JGE:
		return m->a >= with ? i->jt : i->jf;
	default:
		return m->a & with ? i->jt : i->jf;
	}
}

/* The filter's result for call @nr with all arguments 0. An invalid filter has no result; the
 * kernel refuses it later. */
static uint32_t answer(const struct sock_filter *f, uint32_t count, long nr)
{
	const struct seccomp_data d = { .nr = (int)nr, .arch = ARCH };
	struct machine m = { .a = 0 };

	for (uint32_t at = 0; at < count; at++) {
		switch (BPF_CLASS(f[at].code)) {
		case BPF_RET:
			return BPF_RVAL(f[at].code) == BPF_A ? m.a : f[at].k;
		case BPF_ALU:
			m.a = compute(&m, &f[at]);
			break;
		case BPF_JMP:
			at += jump(&m, &f[at]);
			break;
		default:
			move(&m, &f[at], &d);
		}
	}
	return SECCOMP_RET_ALLOW;
}

static bool kills(const struct sock_filter *f, uint32_t count, long nr)
{
	uint32_t action = answer(f, count, nr) & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_KILL_PROCESS || action == SECCOMP_RET_KILL_THREAD ||
	       action == SECCOMP_RET_TRAP;
}

/* --- what the result means for the library --- */

/* System calls that the engine may make once there is a frame (core/sys.h). */
static const uint16_t used[] = {
	SYS_waitid,	   SYS_wait4,	   SYS_kill,	    SYS_tgkill,
	SYS_getpid,	   SYS_getppid,	   SYS_gettid,	    SYS_rt_sigprocmask,
	SYS_rt_sigpending, SYS_pidfd_open, SYS_futex,	    SYS_pidfd_send_signal,
	SYS_mmap,	   SYS_munmap,	   SYS_sched_yield, SYS_rt_sigtimedwait,
	SYS_openat,	   SYS_read,	   SYS_write,	    SYS_close,
	SYS_fstat,	   SYS_statx,	   SYS_getcpu,
};

/* in addition, if events are written (core/record/event.h) */
static const uint16_t telling[] = { SYS_process_vm_readv, SYS_readlinkat, SYS_clock_gettime };

/* in addition, for a program with references (core/reference/reference.h, wait_entry.h) */
static const uint16_t referring[] = { SYS_fstatfs, SYS_readlinkat, SYS_ppoll };

/* not required (core/reference/ring.h, exit_watch.h) */
static const uint16_t listening[] = {
	SYS_io_uring_setup,    SYS_io_uring_enter,
	SYS_io_uring_register, SYS_eventfd2, /* of pidepoch_waitfd() */
	SYS_madvise,
};

/* system calls that create a child */
static const uint16_t births[] = {
	SYS_clone,
	SYS_clone3,
#ifdef SYS_fork
	SYS_fork,
	SYS_vfork,
#endif
};

struct filter {
	const struct sock_filter *f;
	uint32_t count;
};

static bool kills_some(const struct filter *f, const uint16_t *nr, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (kills(f->f, f->count, nr[i]))
			return true;
	return false;
}

static bool kills_all(const struct filter *f, const uint16_t *nr, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!kills(f->f, f->count, nr[i]))
			return false;
	return true;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The pointer may be bad: then the kernel returns the error. */
static long copy_in(void *to, const void *from, size_t bytes)
{
	const struct iovec here = { to, bytes }, there = { (void *)(uintptr_t)from, bytes };

	return pe_sys6(SYS_process_vm_readv, pe_sys_getpid(), PE_SYS_LONG(&here), 1,
		       PE_SYS_LONG(&there), 1, 0);
}

static enum pe_confinement judge(const struct filter *f)
{
	if (!kills_some(f, used, COUNT(used)) &&
	    !(pe_preload_tells_events() && kills_some(f, telling, COUNT(telling))) &&
	    !(pe_preload_has_references() && kills_some(f, referring, COUNT(referring))))
		return kills_some(f, listening, COUNT(listening)) ? PE_CONFINEMENT_NO_RING
								  : PE_CONFINEMENT_NONE;
	return kills_all(f, births, COUNT(births)) ? PE_CONFINEMENT_NO_CHILD : PE_CONFINEMENT_FULL;
}

static enum pe_confinement look(const void *program)
{
	enum pe_confinement found = PE_CONFINEMENT_NONE;
	struct sock_fprog given;
	size_t bytes;
	void *copy;
	long n;

	if (!program)
		return PE_CONFINEMENT_NO_CHILD; /* strict mode */
	n = copy_in(&given, program, sizeof(given));
	if (n == -EFAULT)
		return PE_CONFINEMENT_NONE;
	bytes = given.len * sizeof(struct sock_filter);
	if (n == sizeof(given) && (given.len == 0 || given.len > BPF_MAXINSNS))
		return PE_CONFINEMENT_NONE; /* the kernel will refuse it */
	copy = n == sizeof(given) ? pe_sys_mmap(bytes) : MAP_FAILED;
	if (copy == MAP_FAILED)
		return PE_CONFINEMENT_FULL; /* the filter cannot be examined */
	n = copy_in(copy, given.filter, bytes);
	if (n == (long)bytes)
		found = judge(&(const struct filter){ copy, given.len });
	pe_sys_munmap(copy, bytes);
	return found;
}

long pe_own_filter_install(const void *program, const struct pe_gate_call *call)
{
	const long *a = call->arg;
	enum pe_confinement found;
	long n;

	/* In a vfork child the state belongs to the parent; and a confined process stays
	 * confined. */
	if (!pe_preload_enter())
		return pe_sys6(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	found = look(program);
	pe_preload_confining(found);
	n = pe_sys6(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (n >= 0 && found > PE_CONFINEMENT_NO_RING)
		pe_preload_confined();
	return n;
}
