/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/act.h"
#include "core/engine/birth.h"
#include "core/time/identity.h"
#include "core/reference/reference.h"
#include "core/engine/release.h"
#include "core/sys.h"

#define AGAIN 1 /* result of the steps below: the state that they read has changed */

static bool sees_children(const struct pe_frame *p)
{
	return !p->set->linked_only && !atomic_load_explicit(&p->autoreap, memory_order_relaxed);
}

/* --- verdicts --- */

static int verdict(const struct pe_frame *p, struct pe_pin *pin, enum pe_holder holder,
		   uint64_t birth, bool no_lap_missed)
{
	const struct pe_verdict_ref r = {
		.pid = pin->pid,
		.epoch = pin->epoch,
		.now = pe_clock_now(&p->clock),
		.holder = holder,
		.birth = birth,
		.no_lap_missed = no_lap_missed,
	};

	pin->gone = holder == PE_HOLDER_GONE ||
		    (holder == PE_HOLDER_OWN_CHILD && !p->set->linked_only && birth > pin->epoch);
	return pe_verdict_reference(&r);
}

/* reference.6 */
static int gone(const struct pe_frame *p, struct pe_pin *pin)
{
	int err = verdict(p, pin, PE_HOLDER_GONE, 0, false);

	return err == -ESRCH && pe_sys_kill((int)pin->pid, 0) != -ESRCH ? -PE_EEPOCH : err;
}

/* Does the reference mean a child of this process that has been released since? A pid is allocated
 * at most once per lap. */
static bool meant_released(struct pe_frame *p, const struct pe_pin *pin)
{
	struct pe_known k = pe_frame_know(p, pin->pid);

	return (k.what == PE_KNOWN_RELEASED || k.what == PE_KNOWN_FRESH) && k.slot &&
	       pe_slot_pid(k.slot) == pin->pid &&
	       atomic_load_explicit(&k.slot->birth, memory_order_relaxed) == pin->epoch;
}

/* --- own children --- */

static uint64_t birth_of(const struct pe_known *k)
{
	return atomic_load_explicit(&k->slot->birth, memory_order_relaxed);
}

/* 0, -errno, or AGAIN: no hold is available, or the child is about to be reaped */
static int hold_child(struct pe_frame *p, struct pe_thread *t, const struct pe_known *k, long nr,
		      struct pe_pin *pin)
{
	int err = AGAIN;

	if (t->record == 0)
		pe_birth_enroll(p, t);
	pin->hold = pe_hold_publish(&p->records, t, k->index, nr);
	if (pin->hold.record && pe_slot_check(k->slot, pin->pid) == 0)
		err = verdict(p, pin, PE_HOLDER_OWN_CHILD, birth_of(k), false);
	if (err != 0) {
		pe_hold_release(t, &pin->hold);
		pin->hold.record = NULL;
	}
	return err;
}

/* --- by pidfd --- */

static bool is_zombie(int fd)
{
	siginfo_t si = { .si_pid = 0 };

	return pe_sys_waitid(P_PIDFD, fd, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == 0 &&
	       si.si_pid != 0;
}

/* No process has the pid, or the process that has it gave no descriptor. */
static int without_pidfd(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin, int err)
{
	struct pe_known k = pe_frame_know(p, pin->pid);

	if (err != -ESRCH)
		return err;
	if (k.what == PE_KNOWN_LIVE && !pe_identity_is_child(pin->pid))
		pe_release_lost(p, t, &k, PE_CALL_ELSEWHERE);
	return gone(p, pin);
}

/* A tag was proven to mean this process: as good as a reference taken now (reference.9). */
static void note_proven(struct pe_frame *p, const struct pe_pin *pin, const struct pe_identity *who)
{
	uint64_t mask = pe_frame_lock(p);

	pe_foreign_note(&p->foreign, pin->pid, who, pin->epoch);
	pe_frame_unlock(p, mask);
}

/* The pidfd's process is no child whose birth is known. Compare its inode with the recorded one. If
 * they match, or the recorded process is known to have ended, skip the wrap check: a proof that
 * fails would cost references (wrap_proof.2). With 0, *@birth is the lap of the holder's birth or a
 * later one. */
static int judge_other(struct pe_frame *p, struct pe_pin *pin, uint64_t *birth)
{
	struct pe_identity now;
	struct pe_foreign_process known = { .since = 0 };
	const struct pe_foreign_process *found;
	bool readable = pe_identity_of_pidfd(pin->fd, p->set->force_old & PE_OLD_INODE, &now) == 0;
	uint64_t mask = pe_frame_lock(p);
	int proven = -ENODATA, err;
	bool inode, same, gone_by;

	found = pe_foreign_find(&p->foreign, pin->pid);
	if (found)
		known = *found;
	inode = readable && found && known.who.kind == PE_IDENTITY_INODE;
	same = inode && known.who.id == now.id;
	gone_by = inode && !same && pin->epoch <= known.since;
	if (!same && !gone_by)
		proven = pe_wrap_proof_take(&p->wrap_proof, &p->clock);
	pe_frame_unlock(p, mask);

	*birth = same ? known.since : pin->epoch;
	if (same)
		return verdict(p, pin, pin->child ? PE_HOLDER_OWN_CHILD : PE_HOLDER_KNOWN,
			       known.since, false);
	if (gone_by || meant_released(p, pin))
		return gone(p, pin);
	err = verdict(p, pin, PE_HOLDER_UNKNOWN, 0, proven == 0);
	if (err == 0 && readable)
		note_proven(p, pin, &now);
	return err;
}

/* A child or a tracee that has no slot. If it is the process that is meant, and a child, it gets
 * one. */
static int judge_unrecorded(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin)
{
	uint64_t birth;
	int err = judge_other(p, pin, &birth);

	if (err == 0 && pe_birth_adopt_as(p, t, (int)pin->pid, pin->fd, birth))
		return AGAIN;
	return err;
}

/* 0, -errno, or AGAIN */
static int judge_pidfd(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin)
{
	struct pe_known k;
	uint64_t birth;

	pin->child = pe_identity_pidfd_is_child(pin->fd) == 1;
	if (!pin->child || p->set->linked_only)
		return judge_other(p, pin, &birth);
	k = pe_frame_know(p, pin->pid);
	if (k.what != PE_KNOWN_LIVE)
		return judge_unrecorded(p, t, pin);
	/* The slot's process instance is being reaped, and the pidfd's process is no zombie: it is
	 * a later child, whose birth is about to be recorded. */
	if (pe_slot_check(k.slot, pin->pid) != 0 && !is_zombie(pin->fd)) {
		pe_sys_sched_yield();
		return AGAIN;
	}
	return verdict(p, pin, PE_HOLDER_OWN_CHILD, birth_of(&k), false);
}

static int pin_pidfd(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin)
{
	int err;

	pin->fd = pe_sys_pidfd_open((int)pin->pid, 0);
	if (pin->fd < 0)
		return without_pidfd(p, t, pin, pin->fd);
	err = judge_pidfd(p, t, pin);
	if (err != 0) {
		pe_sys_close(pin->fd);
		pin->fd = -1;
	}
	return err;
}

/* --- pin and unpin --- */

static int pin_once(struct pe_frame *p, struct pe_thread *t, long nr, enum pe_pin_how how,
		    struct pe_pin *pin)
{
	struct pe_known k = pe_frame_know(p, pin->pid);
	int err = AGAIN;

	if (k.what == PE_KNOWN_LIVE && how == PE_PIN_BEST && sees_children(p)) {
		err = hold_child(p, t, &k, nr, pin);
		pin->child = err == 0;
	}
	return err == AGAIN ? pin_pidfd(p, t, pin) : err;
}

int pe_reference_pin(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch, long nr,
		     enum pe_pin_how how, struct pe_pin *pin)
{
	int err;

	*pin = (struct pe_pin){ .fd = -1, .pid = (uint32_t)pid };
	if (pid <= 0 || pid > PE_REFERENCE_PID_MOST)
		return -EINVAL;
	do {
		pin->epoch = pe_verdict_widen(epoch, pe_clock_now(&p->clock));
		err = pin_once(p, t, nr, how, pin);
	} while (err == AGAIN);
	return err;
}

int pe_reference_unpin(struct pe_frame *p, struct pe_thread *t, struct pe_pin *pin)
{
	int err = 0;

	if (pin->hold.record) {
		if (atomic_load_explicit((const _Atomic uint32_t *)pe_hold_dead(&pin->hold),
					 memory_order_relaxed))
			err = -ESRCH;
		pe_hold_release(t, &pin->hold);
	} else if (pin->fd >= 0) {
		if (pe_sys_pidfd_send_signal(pin->fd, 0, NULL, 0) == -ESRCH)
			err = gone(p, pin);
		pe_sys_close(pin->fd);
	}
	pin->hold.record = NULL;
	pin->fd = -1;
	return err;
}

/* --- calls --- */

static bool makes_pidfd(const struct pe_use *u)
{
	return u->call.nr == SYS_pidfd_open;
}

static long by_pidfd(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
		     struct pe_pin *pin)
{
	long n;
	int err;

	if (u->signal != PE_USE_NO_SIGNAL && !u->to_thread) {
		n = pe_sys_pidfd_send_signal(pin->fd, u->signal, u->info, 0);
		pe_sys_close(pin->fd);
		return n == -ESRCH ? gone(p, pin) : n;
	}
	n = pe_act_make(&u->call, pe_act_judged(&u->call));
	err = pe_reference_unpin(p, t, pin);
	if (err != 0 && n >= 0 && makes_pidfd(u))
		pe_sys_close((int)n);
	return err ? err : n;
}

static long act_held(struct pe_frame *p, const struct pe_thread *t, const struct pe_use *u,
		     const struct pe_hold *h)
{
	uint32_t slot = atomic_load_explicit(&h->record->held[h->level], memory_order_relaxed);

	return pe_act_on_child(p, t, pe_arena_at(&p->slots, slot & ~PE_HOLD_WAITED), &u->call,
			       pe_hold_dead(h));
}

long pe_reference_call(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
		       uint32_t epoch)
{
	struct pe_pin pin;
	long n = PE_GATE_DEAD;

	while (n == PE_GATE_DEAD || n == -EINTR) { /* sys.4 */
		int err = pe_reference_pin(p, t, u->pid, epoch, u->call.nr, PE_PIN_BEST, &pin);

		if (err != 0)
			return err;
		if (!pin.hold.record)
			return by_pidfd(p, t, u, &pin);
		n = act_held(p, t, u, &pin.hold);
		pe_hold_release(t, &pin.hold);
	}
	return n;
}

/* --- taking one --- */

/* May a tag of the present lap have been handed out for another process instance of the pid?
 * Without a proof of the clock, the pid may have changed hands within what looks like one lap. */
static bool is_ambiguous(struct pe_frame *p, uint32_t pid, const struct pe_identity *who)
{
	struct pe_known k = pe_frame_know(p, pid);
	const struct pe_foreign_process *before = pe_foreign_find(&p->foreign, pid);

	return k.what != PE_KNOWN_NOTHING || k.index != 0 || atomic_load(&p->sync.gave_snapshot) ||
	       (before && (before->who.id != who->id || before->who.kind != who->kind));
}

/* Lock held. The latest tag that is known to mean an earlier process instance of @pid, or 0. The
 * child that the parent had at the fork is none (reference.9). */
static uint64_t earlier_tag(struct pe_frame *p, uint32_t pid, const struct pe_identity *who)
{
	const struct pe_foreign_process *before = pe_foreign_find(&p->foreign, pid);
	struct pe_known k = pe_frame_know(p, pid);
	uint64_t tag = 0;

	if (before && before->who.kind == who->kind && before->who.id != who->id)
		tag = before->latest;
	if (k.what != PE_KNOWN_NOTHING && k.slot && pe_slot_pid(k.slot) == pid &&
	    birth_of(&k) > tag)
		tag = birth_of(&k);
	return tag;
}

/* Lock held. The present eps(@pid), which no earlier reference to another process has
 * (reference.7). The clock alone may not tell them apart: pids can be chosen (clone3(set_tid),
 * ns_last_pid). */
static uint64_t new_tag(struct pe_frame *p, uint32_t pid, const struct pe_identity *who)
{
	/* without a proof, the clock has been moved on where it could be read (wrap_proof.2) */
	bool proven = pe_wrap_proof_take(&p->wrap_proof, &p->clock) == 0;
	pe_clock_time now = pe_clock_give(&p->clock);

	if ((!proven && is_ambiguous(p, pid, who)) ||
	    pe_clock_eps(now, pid) <= earlier_tag(p, pid, who)) {
		pe_clock_observe_after(&p->clock, now, pid, pe_clock_eps(now, pid));
		now = pe_clock_give(&p->clock);
	}
	return pe_clock_eps(now, pid);
}

/* Lock held. The process of a reference that was taken before has had @pid all the time: no look at
 * the clock is needed, which would count a lap where nothing is proven (reference.10). */
static uint64_t tag_for(struct pe_frame *p, uint32_t pid, const struct pe_identity *who)
{
	const struct pe_foreign_process *before = pe_foreign_find(&p->foreign, pid);

	if (before && who->kind == PE_IDENTITY_INODE && before->who.kind == who->kind &&
	    before->who.id == who->id)
		return pe_clock_eps(pe_clock_give(&p->clock), pid);
	return new_tag(p, pid, who);
}

/* A child that has got a slot. AGAIN: that decides. If children vanish without a wait, the slot
 * gives only its birth: 0 */
static int take_adopted(struct pe_frame *p, int pid, uint64_t *epoch)
{
	struct pe_known k = pe_frame_know(p, (uint32_t)pid);

	if (sees_children(p) || k.what != PE_KNOWN_LIVE)
		return AGAIN;
	*epoch = birth_of(&k);
	return 0;
}

/* 0, -errno, or AGAIN: it has a slot now */
static int take_other(struct pe_frame *p, struct pe_thread *t, int pid, int fd, uint64_t *epoch)
{
	struct pe_identity who;
	uint64_t mask;
	int err;

	if (!p->set->linked_only && pe_identity_pidfd_is_child(fd) == 1 &&
	    pe_birth_adopt_as(p, t, pid, fd, 0))
		return take_adopted(p, pid, epoch);
	if (pe_identity_of_pidfd(fd, p->set->force_old & PE_OLD_INODE, &who) != 0)
		who.kind = PE_IDENTITY_NONE;
	mask = pe_frame_lock(p);
	*epoch = tag_for(p, (uint32_t)pid, &who);
	err = pe_foreign_note(&p->foreign, (uint32_t)pid, &who, *epoch);
	pe_frame_unlock(p, mask);
	/* the process still exists after the clock was read: so its birth was before */
	return err ? err : pe_sys_pidfd_send_signal(fd, 0, NULL, 0) == -ESRCH ? -ESRCH : 0;
}

/* reference.8. If it fails (no descriptor left), the child needs a reference of its own. */
static pe_cold void first_look(struct pe_frame *p)
{
	uint64_t mask = pe_frame_lock(p);

	if (!pe_clock_has_shown(&p->clock))
		pe_wrap_proof_take(&p->wrap_proof, &p->clock);
	pe_clock_show_birth(&p->clock);
	pe_frame_unlock(p, mask);
}

static int take_once(struct pe_frame *p, struct pe_thread *t, int pid, uint64_t *epoch)
{
	struct pe_known k = pe_frame_know(p, (uint32_t)pid);
	int fd, err;

	if (k.what == PE_KNOWN_LIVE && sees_children(p)) {
		*epoch = birth_of(&k);
		return pe_slot_word(k.slot) & PE_SLOT_DEAD ? AGAIN : 0;
	}
	fd = pe_sys_pidfd_open(pid, 0);
	if (fd < 0)
		return fd;
	err = take_other(p, t, pid, fd, epoch);
	pe_sys_close(fd);
	return err;
}

int pe_reference_take(struct pe_frame *p, struct pe_thread *t, int pid, uint64_t *epoch)
{
	int err;

	if (pid <= 0 || pid > PE_REFERENCE_PID_MOST)
		return -EINVAL;
	if (unlikely(!pe_clock_has_shown(&p->clock)))
		first_look(p);
	do
		err = take_once(p, t, pid, epoch);
	while (err == AGAIN);
	return err;
}
