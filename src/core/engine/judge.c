/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/notice.h"
#include "core/record/event.h"
#include "core/sys.h"
#include "core/text.h"
#include "core/engine/fuzz_page.h"
#include "core/engine/judge.h"

/* --- kinship --- */

static const struct pe_table *table_of(const struct pe_frame *p)
{
	return atomic_load_explicit(&p->evidence->table, memory_order_acquire);
}

static bool descends(const struct pe_frame *p, uint32_t pid, uint32_t ancestor)
{
	struct pe_ancestry_of of;

	return pe_evidence_self(ancestor, &of) && pe_ancestry_descends(table_of(p), pid, &of);
}

static bool is_descendant(const struct pe_frame *p, uint32_t pid)
{
	return descends(p, pid, (uint32_t)p->tgid);
}

/* Could a process with this parent be an orphan? A child of the caller's parent is a sibling,
 * unless pid 1 is the parent, which adopts. */
static bool is_adopter(const struct pe_frame *p, uint32_t parent)
{
	return parent == 1 || (parent != (uint32_t)pe_sys_getppid() &&
			       pe_identity_descends((uint32_t)p->tgid, parent));
}

/* judge.3 */
static bool may_be_own_orphan(const struct pe_frame *p, uint32_t pid,
			      const struct pe_identity_holder *holder)
{
	long own = pe_sys1(SYS_getpgid, 0);

	if ((long)holder->group != own)
		return false;
	if (holder->ppid == 1 && pe_sys_getppid() != 1 && pe_sys1(SYS_getpgid, 1) != own)
		return true;
	return is_adopter(p, holder->ppid) &&
	       pe_evidence_piped(p->evidence, pid) >= (int64_t)holder->start * PE_MOMENT_TICK;
}

/* --- children of old --- */

/* When the child was released, in ms since boot; 0: no longer recorded. The slot has the low bits
 * of the same clock. */
static int64_t release_of(uint32_t pid, const struct pe_known *k)
{
	int64_t now = pe_moment_now();
	uint32_t released = 0;

	if (k->slot && pe_slot_pid(k->slot) == pid)
		released = atomic_load_explicit(&k->slot->released, memory_order_relaxed);
	return released ? now - (uint32_t)((uint32_t)now - released) : 0;
}

/* Evidence from before this moment concerns the child and does not acquit. If the release is no
 * longer recorded, this is the holder's birth. */
static int64_t since(uint32_t pid, const struct pe_known *k,
		     const struct pe_identity_holder *holder)
{
	int64_t released = k->what == PE_KNOWN_RELEASED ? release_of(pid, k) : 1;

	return released ? released + 1 : (int64_t)holder->start * PE_MOMENT_TICK - PE_MOMENT_TICK;
}

enum pe_judge_verdict pe_judge_child(struct pe_frame *p, const struct pe_use *u,
				     const struct pe_known *k, struct pe_evidence_finding *f)
{
	uint32_t pid = (uint32_t)u->pid;

	memset(f, 0, sizeof(*f));
	if (!p->evidence || pe_identity_describe(pid, &f->holder) != 0)
		return PE_JUDGE_UNKNOWN;
	/* born just after the release: no time stamp can separate the two moments */
	if (unlikely(p->set->fuzz) && pe_fuzz_page_is_canary(p->set->fuzz, pid))
		return PE_JUDGE_UNKNOWN;
	p->evidence->run = p->set->run;
	if (is_descendant(p, pid))
		return PE_JUDGE_PASS;
	pe_evidence_examine(p->evidence, (uint32_t)p->tgid, pid, since(pid, k, &f->holder), f);
	if (f->verdict == PE_EVIDENCE_FRESH)
		return PE_JUDGE_PASS;
	if (k->what == PE_KNOWN_INHERITED) {
		if (pe_judge_is_on(p) &&
		    (f->verdict == PE_EVIDENCE_STALE || f->verdict == PE_EVIDENCE_UNSURE))
			return PE_JUDGE_STALE;
		return PE_JUDGE_UNKNOWN;
	}
	return may_be_own_orphan(p, pid, &f->holder) ? PE_JUDGE_UNPROVEN : PE_JUDGE_UNKNOWN;
}

/* --- others --- */

static bool is_probe(const struct pe_use *u)
{
	return pe_call_only_asks(u->by) || u->signal == 0;
}

/* There are many looks: a pid is reported once, until a look at another pid is reported. */
static bool was_reported(struct pe_frame *p, const struct pe_use *u)
{
	return u->by == PE_CALL_PROC &&
	       atomic_exchange_explicit(&p->evidence->reported, (uint32_t)u->pid,
					memory_order_relaxed) == (uint32_t)u->pid;
}

long pe_judge_act(struct pe_frame *p, const struct pe_use *u, const struct pe_evidence_finding *f)
{
	struct pe_verdict v = pe_verdict_evidence(p->set->policy, p->set->evidence, is_probe(u),
						  f->verdict == PE_EVIDENCE_STALE);
	enum pe_outcome outcome = v.dies		       ? PE_OUTCOME_ABORTING
				  : v.act == PE_VERDICT_REFUSE ? PE_OUTCOME_REFUSED
							       : PE_OUTCOME_PASSED;

	if (!was_reported(p, u) && pe_frame_may_report(p)) {
		pe_notice_evidence(p, u, f, outcome);
		if (p->watching)
			pe_event_evidence(p, u, f, outcome);
	}
	if (v.dies)
		pe_sys_abort();
	if (v.act == PE_VERDICT_PASS)
		return 0;
	return u->by == PE_CALL_PROC ? -ENOENT : -p->set->stale_errno;
}

static long judge_self(struct pe_frame *p, const struct pe_use *u)
{
	struct pe_evidence_finding f;

	if (u->signal != 0 && u->by != PE_CALL_PROC)
		return 0;
	if (p->set->evidence != PE_EVIDENCE_ALL)
		return 0;
	pe_evidence_examine_self(p->evidence, (uint32_t)p->tgid, &f);
	return f.verdict == PE_EVIDENCE_STALE ? pe_judge_act(p, u, &f) : 0;
}

/* a process knows its own threads and its parent without having learned them */
static bool is_near(const struct pe_frame *p, int pid)
{
	return pe_sys_getppid() == pid || pe_sys_tgkill(p->tgid, pid, 0) == 0;
}

long pe_judge_other(struct pe_frame *p, const struct pe_use *u)
{
	struct pe_evidence_finding f;
	uint32_t pid = (uint32_t)u->pid;

	p->evidence->run = p->set->run;
	if (u->pid == p->tgid)
		return judge_self(p, u);
	pe_evidence_examine(p->evidence, (uint32_t)p->tgid, pid, 0, &f);
	if (f.verdict != PE_EVIDENCE_STALE && f.verdict != PE_EVIDENCE_UNSURE)
		return 0;
	/* an earlier look does not forbid another look */
	if (u->by == PE_CALL_PROC && f.kind == PE_EVIDENCE_LOOK)
		return 0;
	if (u->group && pe_sys1(SYS_getpgid, 0) == u->pid)
		return 0;
	if (is_near(p, u->pid) || is_descendant(p, pid) || pe_identity_is_child(pid) != 0)
		return 0;
	return pe_judge_act(p, u, &f);
}

/* --- looks --- */

long pe_judge_look(struct pe_frame *p, struct pe_thread *t, int pid)
{
	const struct pe_use u = { .by = PE_CALL_PROC, .pid = pid, .signal = PE_USE_NO_SIGNAL };

	if (pid <= 1 || !pe_judge_is_on(p) || p->set->trusted || !pe_frame_enter(p, t))
		return 0;
	if (!pe_evidence_concerns_look(p->evidence, (uint32_t)pid))
		return 0;
	return pe_judge_other(p, &u);
}

/* --- arguments of a program that is about to be executed --- */

/* In a forked child that has no frame yet, use what its parent knows. */
static struct pe_known known_at_exec(struct pe_frame *p, uint32_t pid)
{
	if (!atomic_load_explicit(&p->fork_mark, memory_order_acquire))
		return (struct pe_known){ .what = PE_KNOWN_NOTHING };
	return pe_frame_know(p, pid);
}

/* A forked child acts for its parent. @me: the process whose frame this is. */
static bool is_own_at_exec(const struct pe_frame *p, uint32_t me, uint32_t pid)
{
	return descends(p, pid, me) ||
	       (p->ancestors && descends(p, pid, (uint32_t)pe_sys_getppid()));
}

int64_t pe_judge_hand_on(struct pe_frame *p, uint32_t pid, bool may_read)
{
	uint32_t me = p->tgid ? (uint32_t)p->tgid : (uint32_t)pe_sys_getpid();
	struct pe_known k = known_at_exec(p, pid);
	int64_t latest = 0, other;

	if (!p->evidence || k.what == PE_KNOWN_LIVE)
		return 0;
	if (k.what == PE_KNOWN_RELEASED || k.what == PE_KNOWN_INHERITED)
		latest = release_of(pid, &k);
	p->evidence->run = p->set->run;
	/* a text that was read since may mean another process: it is not known which */
	if (latest && pe_evidence_piped(p->evidence, pid) > latest)
		latest = 0;
	other = pe_evidence_to_hand_on(p->evidence, me, pid, may_read);
	latest = other > latest ? other : latest;
	/* a forked child acts for its parent, and looks by the parent's descendants count for it */
	other = p->ancestors ? pe_evidence_to_hand_on(p->evidence, (uint32_t)pe_sys_getppid(), pid,
						      false)
			     : 0;
	latest = other > latest ? other : latest;
	/* judge.1: nothing is handed on against a child, whatever was known of an earlier one */
	return latest > 0 && is_own_at_exec(p, me, pid) ? 0 : latest;
}

const char *pe_judge_arguments(struct pe_frame *p, char *const *argv, bool may_read, char *text,
			       size_t size)
{
	struct pe_text t = pe_text_on(text, size);
	uint32_t count = 0, pid;
	int64_t moment;

	for (; argv && *argv && count < PE_EVIDENCE_ARGUMENTS; argv++) {
		pid = pe_evidence_pid_of(*argv);
		moment = likely(!pid) ? 0 : pe_judge_hand_on(p, pid, may_read);
		if (likely(moment <= 0))
			continue;
		pe_text_add(&t, count++ ? "," : "PIDEPOCH_ARGUMENTS=");
		pe_text_decimal(&t, pid);
		pe_text_add(&t, ":");
		pe_text_decimal(&t, (uint64_t)moment);
	}
	return count && t.at < t.limit ? pe_text_end(&t) : NULL;
}
