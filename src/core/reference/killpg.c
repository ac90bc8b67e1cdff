/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/evidence/group.h"
#include "core/reference/reference.h"
#include "core/token.h"
#include "core/reference/killpg.h"

static long under_hold(const struct pe_thread *t, const struct pe_pin *pin, int signal)
{
	const struct pe_gate_call call = {
		.nr = SYS_kill,
		.arg = { -(long)pin->pid, signal },
	};

	return pe_gate_pass(&call, pe_hold_dead(&pin->hold), t->rseq, PE_TOKEN);
}

/* Before Linux 6.9 the signal goes by the pid; kill(-1) would reach all processes. */
static long by_pid(const struct pe_pin *pin, int signal)
{
	return pin->pid > 1 ? pe_sys_kill(-(int)pin->pid, signal) : -EINVAL;
}

static long by_pidfd(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin, int signal)
{
	long n = pe_sys_pidfd_send_signal(pin->fd, signal, NULL, PE_SYS_SIGNAL_PROCESS_GROUP);

	if (n == -EINVAL)
		n = by_pid(pin, signal);
	pe_reference_unpin(p, t, pin);
	return n;
}

/* --- the leader has gone --- */

static bool find(struct pe_frame *p, uint32_t pid, struct pe_foreign_process *out)
{
	uint64_t mask = pe_frame_lock(p);
	const struct pe_foreign_process *known = pe_foreign_find(&p->groups.led, pid);

	if (!known)
		known = pe_foreign_find(&p->foreign, pid);
	if (known)
		*out = *known;
	pe_frame_unlock(p, mask);
	return known && out->who.kind == PE_IDENTITY_INODE;
}

/* killpg.1 */
static int judge(struct pe_frame *p, const struct pe_pin *pin, uint64_t birth)
{
	const struct pe_verdict_ref r = {
		.pid = pin->pid,
		.epoch = pin->epoch,
		.now = pe_clock_now(&p->clock),
		.holder = PE_HOLDER_KNOWN,
		.birth = birth,
	};

	return pe_verdict_reference(&r);
}

/* @gone: the result of the pin */
static long by_handle(struct pe_frame *p, const struct pe_pin *pin, int signal, long gone)
{
	struct pe_foreign_process known;
	long n;
	int fd;

	if (!find(p, pin->pid, &known))
		return gone;
	n = judge(p, pin, known.since);
	if (n != 0)
		return n;
	fd = pe_group_open(p, known.who.id);
	if (fd < 0)
		return gone;
	n = pe_sys_pidfd_send_signal(fd, signal, NULL, PE_SYS_SIGNAL_PROCESS_GROUP);
	pe_sys_close(fd);
	return n == -ESRCH ? gone : n;
}

long pe_killpg(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch, int signal)
{
	struct pe_pin pin;
	long n = PE_GATE_DEAD;

	while (n == PE_GATE_DEAD || n == -EINTR) { /* sys.4 */
		n = pe_reference_pin(p, t, pid, epoch, SYS_kill, PE_PIN_BEST, &pin);
		if (n == -ESRCH || n == -PE_EEPOCH)
			return by_handle(p, &pin, signal, n);
		if (n != 0)
			return n;
		if (!pin.hold.record)
			return by_pidfd(p, t, &pin, signal);
		n = under_hold(t, &pin, signal);
		pe_reference_unpin(p, t, &pin);
	}
	return n;
}
