/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <poll.h>

#include "core/reference/wait_entry.h"
#include "core/engine/reap.h"
#include "core/reference/reference.h"
#include "core/sys.h"

#define STATES (WSTOPPED | WCONTINUED)

/* --- who --- */

static bool sees_children(const struct pe_frame *p)
{
	return !p->set->linked_only && !atomic_load_explicit(&p->autoreap, memory_order_relaxed);
}

static bool is_child_of(struct pe_frame *p, const struct pe_known *k, uint32_t pid, uint64_t epoch)
{
	return k->what == PE_KNOWN_LIVE && sees_children(p) &&
	       atomic_load_explicit(&k->slot->birth, memory_order_relaxed) <= epoch &&
	       epoch <= pe_clock_eps(pe_clock_now(&p->clock), pid);
}

static int no_pin(int err, const struct pe_pin *pin)
{
	if (err == -ESRCH)
		return PE_WAIT_ENTRY_ENDED;
	if (err == -PE_EEPOCH)
		return pin->gone ? PE_WAIT_ENTRY_ENDED : PE_WAIT_ENTRY_UNKNOWN;
	return err == -ENOENT ? -EINVAL : err; /* a thread that is no leader */
}

/* This tag was proven to mean this process. That is as good as a reference taken now, and needs no
 * second proof. */
static void note(struct pe_frame *p, const struct pe_wait_entry *l)
{
	uint64_t mask = pe_frame_lock(p);

	pe_foreign_note(&p->foreign, l->pid, &l->who, l->epoch);
	pe_frame_unlock(p, mask);
}

static int judge_pinned(struct pe_frame *p, struct pe_thread *t, struct pe_wait_entry *l)
{
	struct pe_pin pin;
	int err = pe_reference_pin(p, t, (int)l->pid, (uint32_t)l->epoch, SYS_pidfd_open,
				   PE_PIN_PIDFD, &pin);
	struct pe_known k;

	if (err != 0)
		return no_pin(err, &pin);
	k = pe_frame_know(p, l->pid);
	if (pin.child && is_child_of(p, &k, l->pid, l->epoch)) {
		l->slot = k.index;
		l->instance = k.instance;
	} else if (pe_identity_of_pidfd(pin.fd, p->set->force_old & PE_OLD_INODE, &l->who) == 0) {
		note(p, l);
	}
	pe_sys_close(pin.fd);
	return PE_WAIT_ENTRY_RUNNING;
}

int pe_wait_entry_judge(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch,
			struct pe_wait_entry *l)
{
	struct pe_known k;

	if (pid <= 0 || pid > PE_REFERENCE_PID_MOST)
		return -EINVAL;
	k = pe_frame_know(p, (uint32_t)pid);
	*l = (struct pe_wait_entry){ .pid = (uint32_t)pid };
	l->epoch = pe_verdict_widen(epoch, pe_clock_now(&p->clock));
	if (!is_child_of(p, &k, l->pid, l->epoch))
		return judge_pinned(p, t, l);
	l->slot = k.index;
	l->instance = k.instance;
	return PE_WAIT_ENTRY_RUNNING;
}

/* wait_entry.7 */
int pe_wait_entry_judge_own(struct pe_frame *p, struct pe_thread *t, int pid,
			    struct pe_wait_entry *l)
{
	uint64_t epoch;
	int err;

	if (pid <= 0 || pe_identity_is_child((uint32_t)pid) != 1)
		return PE_WAIT_ENTRY_ENDED;
	err = pe_reference_take(p, t, pid, &epoch);
	if (err != 0)
		return err == -ESRCH ? PE_WAIT_ENTRY_ENDED : err;
	return pe_wait_entry_judge(p, t, pid, (uint32_t)epoch, l);
}

static struct pe_known known_of(struct pe_frame *p, const struct pe_wait_entry *l)
{
	return (struct pe_known){
		.what = PE_KNOWN_LIVE,
		.index = l->slot,
		.slot = pe_arena_at(&p->slots, l->slot),
		.instance = l->instance,
	};
}

static bool lives_on(const struct pe_known *k)
{
	uint64_t word = pe_slot_word(k->slot);

	return (word & PE_SLOT_GENERATION_AND_PID) == k->instance && !(word & PE_SLOT_DEAD);
}

bool pe_wait_entry_is(struct pe_frame *p, const struct pe_wait_entry *l, uint32_t epoch)
{
	pe_clock_time now = pe_clock_now(&p->clock);
	uint64_t wide = pe_verdict_widen(epoch, now);
	struct pe_known k;

	if (wide > pe_clock_eps(now, l->pid))
		return false;
	if (!l->slot)
		return l->epoch <= wide;
	k = known_of(p, l);
	return lives_on(&k) && is_child_of(p, &k, l->pid, wide);
}

/* --- a pidfd of the process --- */

/* If the slot is open now, it was not closed before the pidfd was opened, so the pid still belonged
 * to the slot's child (slot.3), unless the child was reaped in a way that was not seen. */
static int verify_child(struct pe_frame *p, const struct pe_wait_entry *l, int fd)
{
	struct pe_known k = known_of(p, l);

	if (pe_identity_pidfd_is_child(fd) != 1 || !lives_on(&k))
		return -ESRCH;
	return pe_slot_check(k.slot, l->pid) ? -EAGAIN : 0;
}

static int verify(struct pe_frame *p, const struct pe_wait_entry *l, int fd)
{
	struct pe_identity now;

	if (l->slot)
		return verify_child(p, l, fd);
	if (pe_identity_of_pidfd(fd, false, &now) != 0)
		return -EAGAIN;
	return now.id == l->who.id ? 0 : -ESRCH;
}

int pe_wait_entry_open(struct pe_frame *p, struct pe_thread *t, const struct pe_wait_entry *l)
{
	struct pe_pin pin;
	int fd, err;

	if (!l->slot && l->who.kind != PE_IDENTITY_INODE) {
		err = pe_reference_pin(p, t, (int)l->pid, (uint32_t)l->epoch, SYS_pidfd_open,
				       PE_PIN_PIDFD, &pin);
		return err ? err : pin.fd;
	}
	fd = pe_sys_pidfd_open((int)l->pid, 0);
	if (fd < 0)
		return fd == -ENOENT ? -ESRCH : fd;
	err = verify(p, l, fd);
	if (err == 0)
		return fd;
	pe_sys_close(fd);
	return err;
}

/* --- the state of the process --- */

/* The wait4 status word for what waitid returned. */
static int status_of(const siginfo_t *si)
{
	switch (si->si_code) {
	case CLD_EXITED:
		return (si->si_status & 0xff) << 8;
	case CLD_KILLED:
		return si->si_status;
	case CLD_DUMPED:
		return si->si_status | WCOREFLAG;
	case CLD_CONTINUED:
		return 0xffff;
	default:
		return si->si_status << 8 | 0x7f;
	}
}

static int state_of(int status)
{
	return WIFSTOPPED(status)     ? PE_WAIT_ENTRY_STOPPED
	       : WIFCONTINUED(status) ? PE_WAIT_ENTRY_CONTINUED
				      : PE_WAIT_ENTRY_EXITED;
}

/* wait_entry.6: a stop that is reported only on request */
static bool is_untold_stop(const siginfo_t *si, int options)
{
	return !(options & WSTOPPED) && (si->si_code == CLD_TRAPPED || si->si_code == CLD_STOPPED);
}

static long peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	int err = pe_sys_waitid(idtype, (int)id, info, options, NULL);

	if (err == 0 && info->si_pid != 0 && is_untold_stop(info, options))
		info->si_pid = 0;
	return err;
}

/* For calls that do not reap, and for when no other thread of this process reaps. -ECHILD: no
 * child, or not with these options */
static int look_plainly(int idtype, int id, int options, struct pe_wait_result *r)
{
	int kinds = options & ~WNOWAIT, err;
	siginfo_t si;

	do {
		si.si_pid = 0;
		err = pe_sys_waitid(idtype, id, &si, kinds | WEXITED | WNOHANG | WNOWAIT, r->usage);
		if (err != 0)
			return err;
		if (si.si_pid == 0 || is_untold_stop(&si, options))
			return PE_WAIT_ENTRY_RUNNING;
		if (options & WNOWAIT)
			break;
		si.si_pid = 0;
		err = pe_sys_waitid_with(PE_TOKEN_JUDGED, idtype, id, &si,
					 kinds | WEXITED | WNOHANG, r->usage);
	} while (err == 0 && si.si_pid == 0); /* another thread was first */
	if (err != 0)
		return err;
	r->status = status_of(&si);
	return state_of(r->status);
}

static int look_and_reap(struct pe_frame *p, struct pe_thread *t, const struct pe_known *only,
			 bool ended, int idtype, int id, int options, struct pe_wait_result *r)
{
	int status = 0;
	const struct pe_reap reap = {
		.peek = peek,
		.by = PE_CALL_WAITPIDV,
		.idtype = idtype,
		.id = (uint32_t)id,
		.options = options | WEXITED | WNOHANG,
		.rusage = r->usage,
		.as_wait4 = true,
		.status = &status,
		.only = only,
		.ended = ended,
	};
	long n = pe_reap(p, t, &reap);

	if (n <= 0)
		return n == 0 ? PE_WAIT_ENTRY_RUNNING : (int)n;
	r->status = status;
	return state_of(status);
}

static int look_from_outside(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const struct timespec now = { 0, 0 };
	long n = pe_sys5(SYS_ppoll, PE_SYS_LONG(&p), 1, PE_SYS_LONG(&now), 0, 0);

	return n < 0 ? (int)n : p.revents ? PE_WAIT_ENTRY_ENDED : PE_WAIT_ENTRY_RUNNING;
}

static int look_by_pidfd(struct pe_frame *p, struct pe_thread *t, int fd, int options,
			 struct pe_wait_result *r)
{
	int state = p->set->linked_only || (options & WNOWAIT)
			    ? look_plainly(P_PIDFD, fd, options, r)
			    : look_and_reap(p, t, NULL, false, P_PIDFD, fd, options, r);

	return state == -ECHILD ? look_from_outside(fd) : state;
}

/* Another thread of this process may be reaping it at this moment: ask again until that is done. */
static int look_at_child(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k,
			 bool ended, int options, struct pe_wait_result *r)
{
	int pid = (int)(k->instance & PE_SLOT_PID), state, check;

	if (!(options & WNOWAIT)) {
		state = look_and_reap(p, t, k, ended, P_PID, pid, options, r);
		return state == PE_WAIT_ENTRY_RUNNING && !lives_on(k) ? -ECHILD : state;
	}
	for (;;) {
		state = look_plainly(P_PID, pid, options, r);
		if (!lives_on(k))
			return -ECHILD;
		check = pe_slot_check(k->slot, (uint32_t)pid);
		if (check == 0)
			return state;
		pe_sys_sched_yield();
	}
}

int pe_wait_entry_at(struct pe_frame *p, struct pe_thread *t, const struct pe_wait_entry *l,
		     int options, struct pe_wait_result *r)
{
	struct pe_known k;
	int state, fd;

	if (l->slot) {
		k = known_of(p, l);
		state = lives_on(&k) ? look_at_child(p, t, &k, l->ended, options, r)
				     : PE_WAIT_ENTRY_ENDED;
		if (state != -ECHILD)
			return state;
		if (!lives_on(&k) || pe_identity_is_child(l->pid) == 0)
			return PE_WAIT_ENTRY_ENDED;
	}
	fd = pe_wait_entry_open(p, t, l);
	if (fd == -ESRCH || fd == -PE_EEPOCH)
		return PE_WAIT_ENTRY_ENDED;
	if (fd < 0)
		return fd == -EAGAIN ? PE_WAIT_ENTRY_RUNNING : fd;
	state = l->slot ? look_from_outside(fd) : look_by_pidfd(p, t, fd, options, r);
	pe_sys_close(fd);
	return state;
}
