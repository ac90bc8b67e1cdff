/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/act.h"
#include "core/engine/birth.h"
#include "core/record/notice.h"
#include "core/record/event.h"
#include "core/record/tally.h"
#include "core/evidence/group.h"
#include "core/engine/fuzz_page.h"
#include "core/engine/judge.h"
#include "core/engine/guard.h"
#include "core/time/identity.h"
#include "core/engine/release.h"
#include "core/sys.h"

/* values that no system call returns */
#define AGAIN  INT64_MIN       /* the pid has to be looked up again */
#define BURIED (INT64_MIN + 2) /* the slot's child is gone */
#define CLOSED (INT64_MIN + 3) /* the child is about to be reaped (guard.3) */

/* token.7 */
static long pass(const struct pe_use *u)
{
	long n = pe_act_make(&u->call, pe_act_judged(&u->call));

	return likely(n != -ENOSYS) ? n : pe_act_make(&u->call, u->call.arg[PE_TOKEN_AT]);
}

/* token.8: a supervisor judges it. */
static pe_cold long pass_unjudged(const struct pe_use *u)
{
	long n = pe_act_make(&u->call, 0);

	return n != -ENOSYS ? n : pass(u);
}

/* --- stale --- */

/* Pids that a program may know without having learned them: itself, its parent, its threads
 * (guard.5). */
static bool is_kin(const struct pe_frame *p, const struct pe_use *u)
{
	uint32_t pid = (uint32_t)u->pid;

	if (u->group)
		return pe_sys_getpgid(0) == u->pid;
	return (int)pid == p->tgid || pe_sys_getppid() == (int)pid ||
	       pe_sys_tgkill(p->tgid, (int)pid, 0) == 0;
}

/* Calls for which a thread id is a mistake. Scheduling and tracing calls accept thread ids. */
static bool means_process(enum pe_call by)
{
	return by == PE_CALL_KILL || by == PE_CALL_SIGQUEUE || by == PE_CALL_PIDFD_OPEN ||
	       by == PE_CALL_SETPGID || by == PE_CALL_TGKILL;
}

/* Report a call that passes but reaches the wrong process. A process whose parent is pid 1 now, and
 * was another process at the start, is an orphan that still asks for its former parent. */
static pe_cold void watch_kin(struct pe_frame *p, const struct pe_use *u)
{
	if (p->set->trusted || u->pid == p->tgid)
		return;
	if (p->set->fuzz && pe_fuzz_page_is_canary(p->set->fuzz, (uint32_t)u->pid)) {
		pe_event_use(p, u, NULL, true, PE_OUTCOME_PASSED);
		return;
	}
	if (u->group || !means_process(u->by))
		return;
	if (u->pid == 1) {
		if (u->signal > 0 && p->parent > 1 && pe_sys_getppid() == 1)
			pe_event_mistaken(p, u, PE_EVENT_INIT);
	} else if (pe_sys_tgkill(p->tgid, u->pid, 0) == 0) {
		pe_event_mistaken(p, u, PE_EVENT_OWN_THREAD);
	}
}

static long pass_unknown(struct pe_frame *p, const struct pe_use *u)
{
	long refused = 0;

	if (unlikely(p->watching))
		watch_kin(p, u);
	if (pe_judge_is_on(p) && !p->set->trusted &&
	    unlikely(pe_evidence_concerns(p->evidence, (uint32_t)u->pid)))
		refused = pe_judge_other(p, u);
	if (unlikely(refused))
		return refused;
	if (unlikely(pe_judge_asks_supervisor(p, u)))
		return pass_unjudged(u);
	/* a supervisor has nothing to learn of a call on oneself */
	return u->pid == p->tgid ? pe_act_make(&u->call, u->call.arg[PE_TOKEN_AT]) : pass(u);
}

/* A reader may miss that a pid is fresh while its page is being copied (tree.2). With the lock held
 * no copy is under way, so read again before anything is refused. */
static struct pe_known known_for_sure(struct pe_frame *p, uint32_t pid)
{
	struct pe_known k = pe_frame_know(p, pid);
	uint64_t mask;

	if (k.what == PE_KNOWN_RELEASED || k.what == PE_KNOWN_INHERITED) {
		mask = pe_frame_lock(p);
		k = pe_frame_know(p, pid);
		pe_frame_unlock(p, mask);
	}
	return k;
}

static void report(struct pe_frame *p, const struct pe_use *u, const struct pe_known *k,
		   const struct pe_verdict_use *use, const struct pe_verdict *v)
{
	bool inherited = use->knowledge == PE_KNOWN_INHERITED;
	bool event = p->watching && !v->relearned &&
		     !(inherited && (!use->held || use->related || use->unproven));
	struct pe_use reported = *u;

	if ((!v->report && !event) || !pe_frame_may_report(p))
		return;
	reported.unproven = use->unproven;
	if (v->report)
		pe_notice_stale(p, &reported, k,
				v->dies			      ? PE_OUTCOME_ABORTING
				: v->act == PE_VERDICT_REFUSE ? PE_OUTCOME_REFUSED
							      : PE_OUTCOME_PASSED);
	if (event)
		pe_event_use(p, &reported, k, use->held && !use->unproven,
			     v->dies			   ? PE_OUTCOME_ABORTING
			     : v->act == PE_VERDICT_REFUSE ? PE_OUTCOME_REFUSED
							   : PE_OUTCOME_PASSED);
}

/* This reads /proc, so it is asked only if a report depends on the answer. */
static bool is_related(const struct pe_frame *p, const struct pe_verdict_use *use, uint32_t pid)
{
	uint32_t parent = (uint32_t)pe_sys_getppid();

	if (use->knowledge != PE_KNOWN_INHERITED || !use->held ||
	    !(p->watching || use->policy == PE_POLICY_REPORT))
		return false;
	/* an orphan: every process descends from pid 1 */
	if (parent == 1 && p->parent != 1)
		parent = (uint32_t)p->tgid;
	return pe_identity_descends(pid, parent);
}

/* If the pid has been handed out again, the group is gone as well (group.3). */
static bool is_unproven(const struct pe_use *u, long noted)
{
	return u->group && noted != PE_GROUP_GONE && pe_sys_kill(u->pid, 0) == -ESRCH;
}

/* @noted: for a group, the result of pe_group_act() */
static pe_cold long judged(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
			   long noted)
{
	uint32_t pid = (uint32_t)u->pid;
	struct pe_known k = known_for_sure(p, pid);
	struct pe_verdict_use use = { .knowledge = k.what, .policy = p->set->policy };
	struct pe_evidence_finding f;
	struct pe_verdict v;
	enum pe_judge_verdict by_evidence = PE_JUDGE_UNKNOWN;
	long refused;
	int child;

	if (k.what == PE_KNOWN_LIVE)
		return AGAIN; /* born again meanwhile */
	if (k.what == PE_KNOWN_NOTHING || k.what == PE_KNOWN_FRESH || p->set->trusted ||
	    is_kin(p, u))
		return pass_unknown(p, u);
	child = pe_identity_is_child(pid);
	if (child < 0)
		return pass(u); /* the kernel gave no answer (guard.4) */
	use.own_child_now = child;
	use.held = pe_sys_kill(u->group ? -u->pid : u->pid, 0) != -ESRCH;
	use.unproven = use.held && is_unproven(u, noted);
	use.related = is_related(p, &use, pid);
	v = pe_verdict_classic(&use);
	if (v.relearned && (pe_birth_adopt(p, t, u->pid) || !pe_identity_is_child(pid)))
		return AGAIN;
	if (use.held)
		by_evidence = pe_judge_child(p, u, &k, &f);
	if (by_evidence == PE_JUDGE_PASS)
		return pass(u);
	if (by_evidence == PE_JUDGE_STALE) {
		refused = pe_judge_act(p, u, &f);
		return refused ? refused : pass(u);
	}
	if (by_evidence == PE_JUDGE_UNPROVEN) {
		use.unproven = true;
		v = pe_verdict_classic(&use);
	}
	report(p, u, &k, &use, &v);
	if (v.dies)
		pe_sys_abort();
	return v.act == PE_VERDICT_REFUSE ? -p->set->stale_errno : pass(u);
}

/* As far as the frame knows, the leader is no unreaped child of this process. */
static pe_cold long judged_group(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u)
{
	long n = pe_group_act(p, u);

	return n == PE_GROUP_GONE || n == PE_GROUP_UNKNOWN ? judged(p, t, u, n) : n;
}

/* --- a child of ours --- */

static bool makes_pidfd(const struct pe_use *u)
{
	return u->call.nr == SYS_pidfd_open;
}

/* Is there a pidfd call that does the same? */
static bool has_stand_in(const struct pe_use *u)
{
	return makes_pidfd(u) || (u->signal != PE_USE_NO_SIGNAL && !u->to_thread && !u->group);
}

/* @fd is a pidfd of the leader. Before Linux 6.9 this is best effort. */
static long act_on_group(const struct pe_use *u, int fd)
{
	long n = -EINVAL;

	if (u->signal != PE_USE_NO_SIGNAL)
		n = pe_sys_pidfd_send_signal(fd, u->signal, NULL, PE_SYS_SIGNAL_PROCESS_GROUP);
	return n == -EINVAL ? pass(u) : n;
}

/* @fd is a pidfd of the child, opened with @u's flags if @u asks for a pidfd. This function
 * consumes @fd. */
static long act_by_pidfd(const struct pe_use *u, int fd)
{
	long n;

	if (makes_pidfd(u))
		return fd;
	if (u->group)
		n = act_on_group(u, fd);
	else
		n = has_stand_in(u) ? pe_sys_pidfd_send_signal(fd, u->signal, u->info, 0) : pass(u);
	pe_sys_close(fd);
	return n;
}

/* For when children may vanish without a wait, this child is being reaped, or no hold is available:
 * a pidfd that the kernel confirms as a child cannot refer to another process, whenever it is
 * used. */
static long by_pidfd(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
		     const struct pe_known *k)
{
	siginfo_t si = { .si_pid = 0 };
	int fd = pe_sys_pidfd_open(u->pid, makes_pidfd(u) ? (unsigned int)u->call.arg[1] : 0);
	int err = -ECHILD;

	if (fd < 0 && fd != -ESRCH && pe_identity_is_child((uint32_t)u->pid))
		return pass(u); /* no free descriptor: best effort */
	if (fd >= 0)
		err = pe_sys_waitid(P_PIDFD, fd, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL);
	if (err == 0)
		return act_by_pidfd(u, fd);
	if (fd >= 0)
		pe_sys_close(fd);
	if (err != -ECHILD)
		return pass(u); /* the kernel gave no answer, which does not prove an end */
	pe_release_lost(p, t, k, atomic_load(&p->autoreap) ? PE_CALL_AUTOREAP : PE_CALL_ELSEWHERE);
	return AGAIN;
}

/* The call has no pidfd form, and no hold is available. The holder of REAPING keeps the pid, too
 * (slot.4). */
static long under_reaping(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
			  const struct pe_known *k)
{
	long n = AGAIN;
	uint64_t mask;
	int claim;

	if (pe_slot_close(k->slot, k->instance) != 0)
		return AGAIN;
	mask = pe_sys_mask_all();
	claim = pe_slot_begin_reap(k->slot);
	if (claim == 0) {
		if (pe_identity_is_child((uint32_t)u->pid))
			n = pass(u);
		pe_slot_cancel_reap(k->slot);
	}
	pe_sys_mask_restore(mask);
	pe_release_leave(p, k->index);
	if (claim == 0 && n == AGAIN)
		pe_release_lost(p, t, k, PE_CALL_ELSEWHERE);
	else if (claim == -EBUSY)
		pe_sys_sched_yield();
	return n;
}

static long gated(struct pe_frame *p, const struct pe_thread *t, const struct pe_use *u,
		  const struct pe_hold *h, struct pe_slot *s)
{
	int open = pe_slot_check(s, (uint32_t)u->pid);

	if (unlikely(open != 0))
		return open == -EBUSY ? CLOSED : BURIED;
	/* a call on a group is not notified and announces no child */
	return u->group ? pe_gate_pass(&u->call, pe_hold_dead(h), t->rseq, u->call.arg[PE_TOKEN_AT])
			: pe_act_on_child(p, t, s, &u->call, pe_hold_dead(h));
}

static pe_cold long on_slow_child(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u)
{
	bool vanish = atomic_load_explicit(&p->autoreap, memory_order_relaxed);
	struct pe_known k;

	if (t->record == 0) {
		pe_birth_enroll(p, t);
		if (t->record != 0 && !vanish)
			return AGAIN; /* with a hold */
	}
	k = pe_frame_know(p, (uint32_t)u->pid);
	if (k.what != PE_KNOWN_LIVE)
		return BURIED;
	return vanish || has_stand_in(u) ? by_pidfd(p, t, u, &k) : under_reaping(p, t, u, &k);
}

static long on_child(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u,
		     uint32_t index)
{
	struct pe_hold h;
	long n;

	if (unlikely(atomic_load_explicit(&p->autoreap, memory_order_relaxed)))
		return on_slow_child(p, t, u);
	h = pe_hold_publish(&p->records, t, index, u->call.nr);
	if (unlikely(!h.record)) {
		pe_hold_release(t, &h);
		return on_slow_child(p, t, u);
	}
	n = gated(p, t, u, &h, pe_arena_at(&p->slots, index));
	pe_hold_release(t, &h);
	if (unlikely(n == CLOSED))
		return on_slow_child(p, t, u);
	return n == PE_GATE_DEAD || unlikely(n == -EINTR) ? AGAIN : n; /* sys.4 */
}

/* The tree's entry for the pid, or the slot of the thread's last call if it has this pid. Both
 * are correct: what counts is that the slot is open with this pid after the hold was published
 * (slot.1). */
static uint32_t find_entry(struct pe_frame *p, const struct pe_thread *t, uint32_t pid)
{
	if (t->last && pe_slot_pid(pe_arena_at(&p->slots, t->last)) == pid)
		return t->last;
	return pe_tree_find(&p->tree, pid);
}

long pe_guard(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u)
{
	uint32_t entry;
	long n;

	if (unlikely(u->pid <= 0) || unlikely(!pe_frame_enter(p, t)))
		return pass(u);
	pe_tally_judged(p->set, u->by);
	do {
		entry = find_entry(p, t, (uint32_t)u->pid);
		if (entry == 0 && p->ancestors == 0)
			return pass_unknown(p, u);
		if (likely(entry && !(entry & (PE_TREE_EXPIRED | PE_TREE_RELEARNED))))
			n = on_child(p, t, u, entry);
		else
			n = BURIED;
		t->last = unlikely(n == AGAIN || n == BURIED) ? 0 : entry;
		if (unlikely(n == BURIED))
			n = u->group ? judged_group(p, t, u) : judged(p, t, u, 0);
	} while (unlikely(n == AGAIN));
	return n;
}
