// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/stale_use.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/engine/fuzz_page.h"
#include "core/frame/verdict.h"
#include "core/record/describe.h"
#include "core/record/event.h"
#include "core/record/notice.h"
#include "core/record/rate.h"
#include "core/record/sink.h"
#include "core/sys.h"
#include "core/text.h"
#include "core/time/identity.h"
#include "supervisor/calls/stack_waits.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/peer/proc.h"
#include "supervisor/peer/rights.h"
#include "supervisor/worker/helper.h"

#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD 1u /* linux/pidfd.h, since 6.9 */
#endif

/* --- calls that are not judged (stale_use.1) --- */

static bool is_trusted(const struct pe_worker_call *c)
{
	char link[32], program[PATH_MAX] = "";
	const char *list = c->s->trust, *base;
	size_t n;

	snprintf(link, sizeof(link), "%d/exe", c->peer->tid);
	if (!list || readlink(link, program, sizeof(program) - 1) < 0)
		return false;
	base = strrchr(program, '/');
	base = base ? base + 1 : program;
	for (; *list; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		if (pe_text_glob(list, n, program) || pe_text_glob(list, n, base))
			return true;
	}
	return false;
}

/* --- notices (stale_use.2) --- */

/* Copy the descriptor 2 of the caller, if a write to it would not block. */
static bool borrow_stderr(int tgid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, tgid, 0), fd = -1;
	struct pollfd p = { .events = POLLOUT };

	if (pidfd >= 0) {
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, 2, 0);
		close(pidfd);
	}
	if (fd < 0)
		return false;
	p.fd = fd;
	if (poll(&p, 1, 100) == 1 && (p.revents & POLLOUT))
		dup2(fd, STDERR_FILENO);
	close(fd);
	return true;
}

/* With warn-once a process logs one notice, and its later children none. A process whose entry was
 * replaced logs again. */
static struct logged {
	uint64_t identity, at; /* ticks since boot */
} logged[1024];

static struct logged *logged_of(uint64_t identity)
{
	return &logged[identity % (sizeof(logged) / sizeof(logged[0]))];
}

static bool may_report(const struct pe_worker_call *c, const struct pe_identity_holder *who)
{
	uint64_t self = c->peer->identity, parent;
	struct logged *mine = logged_of(self);

	if (!c->s->set.once)
		return true;
	if (mine->identity == self)
		return false;
	*mine = (struct logged){ .identity = self, .at = pe_proc_ticks() };
	return pe_peer_identity((int)who->ppid, &parent) < 0 ||
	       logged_of(parent)->identity != parent || logged_of(parent)->at > who->start;
}

/* Those that have reported lately. A collision starts at zero (rate.2). */
static struct pe_rate rates[256];

/* stale_use.5; @left_out: how many notices were left out before this one */
static bool has_room(const struct pe_worker_call *c, const struct pe_use *use, uint32_t *left_out)
{
	const uint64_t self = c->peer->identity;
	struct pe_rate *r = &rates[self % (sizeof(rates) / sizeof(rates[0]))];

	if (!pe_sink_has_room(&c->s->set, r, self, (uint32_t)use->pid))
		return false;
	*left_out = pe_rate_take_left_out(r);
	return true;
}

/* --- notices and events, in the caller's name --- */

/* All data of a notice and an event, complete, since a helper may write the event. */
struct record {
	struct pe_stack_stop stop; /* has the stack */
	struct pe_use use;
	struct pe_evidence_finding f; /* if it is stale by evidence, else UNKNOWN */
	bool was_other;		      /* the pid never was that of a child of the caller */
	bool held;		      /* a process, or an unrelated group, has the pid */
	enum pe_outcome outcome;
	struct pe_identity_holder who;
	int ns_pid, ns_tid;
	uint32_t left_out; /* notices before this one */
	struct pe_event_outside outside;
	struct pe_trace_stack released;
};

static const struct pe_known known = { .what = PE_KNOWN_RELEASED };

static void describe(struct record *t, const struct pe_worker_call *c, const struct pe_use *use,
		     const struct pe_evidence_finding *f, const struct pe_verdict *v)
{
	memset(t, 0, sizeof(*t));
	t->use = *use;
	if (f)
		t->f = *f;
	t->held = !v->latent && !use->unproven;
	t->outcome = v->dies			   ? PE_OUTCOME_ABORTING
		     : v->act == PE_VERDICT_REFUSE ? PE_OUTCOME_REFUSED
						   : PE_OUTCOME_PASSED;
	memcpy(t->who.comm, "?", 2);
	pe_identity_describe((uint32_t)c->peer->tgid, &t->who);
	t->ns_pid = pe_peer_ns_pid(c->peer, c->peer->tgid);
	t->ns_tid = pe_peer_ns_pid(c->peer, c->peer->tid);
	pe_describe_caller(&t->outside, (uint32_t)c->peer->tgid);
}

/* After the release, which limits the age of the holder. */
static void describe_holder(struct record *t)
{
	const struct pe_use *use = &t->use;

	pe_describe_holder_outside(&t->outside, (uint32_t)(use->holder ? use->holder : use->pid));
}

/* The parts of a frame that notices and events use: settings, and the process. */
static const struct pe_frame *frame_of(const struct record *t, const struct pe_settings *run)
{
	static struct pe_frame frame;
	static struct pe_settings set;

	set = *run;
	set.name = t->who.comm;
	set.pid = t->ns_pid;
	set.tid = t->ns_tid;
	set.outside = &t->outside;
	frame.set = &set;
	frame.tgid = set.pid;
	return &frame;
}

/* the data of lines on the caller's descriptor 2 */
struct line {
	struct pe_use use;
	struct pe_evidence_finding f;
	enum pe_outcome outcome;
	struct pe_identity_holder who;
	int tgid, ns_pid, ns_tid;
	uint32_t left_out;
};

/* As pe_notice_stale(), with those before it that were left out */
static long describe_use(const struct pe_frame *p, const struct pe_use *u,
			 const struct pe_evidence_finding *f, enum pe_outcome outcome,
			 uint32_t left_out)
{
	pe_sink_left_out(p->set, left_out);
	return f->verdict == PE_EVIDENCE_UNKNOWN ? pe_notice_stale(p, u, &known, outcome)
						 : pe_notice_evidence(p, u, f, outcome);
}

/* In a helper: the program itself may serve the file of the descriptor. What could not be written
 * before comes first. */
static void write_lines(struct pe_helper_call *h, const struct line *l, bool notice)
{
	struct pe_settings set = h->s->set;
	static struct record t;

	t.who = l->who;
	t.ns_pid = l->ns_pid;
	t.ns_tid = l->ns_tid;
	if (borrow_stderr(l->tgid)) {
		pe_sink_complain(frame_of(&t, &set)->set);
		if (set.log)
			set.tally = NULL; /* it has been counted as lost */
		set.log = NULL;
		if (notice)
			describe_use(frame_of(&t, &set), &l->use, &l->f, l->outcome, l->left_out);
	}
	dup2(STDIN_FILENO, STDERR_FILENO); /* /dev/null */
}

static long write_notice(struct pe_helper_call *h, void *data)
{
	write_lines(h, data, true);
	return 0;
}

static long write_complaint(struct pe_helper_call *h, void *data)
{
	write_lines(h, data, false);
	return 0;
}

static long ask_for_lines(struct pe_worker_call *c, pe_helper_op *op, const struct record *t)
{
	struct line l = {
		.use = t->use,
		.f = t->f,
		.outcome = t->outcome,
		.who = t->who,
		.tgid = c->peer->tgid,
		.ns_pid = t->ns_pid,
		.ns_tid = t->ns_tid,
		.left_out = t->left_out,
	};

	return pe_helper_do(c, op, &l, sizeof(l)) == -EINPROGRESS ? -EINPROGRESS : 0;
}

/* Has this call been served before? Then the steps that must be made only once have been made. */
static bool has_begun(const struct pe_worker_call *c)
{
	return pe_helper_has_done(c, write_notice) || pe_helper_has_done(c, write_complaint) ||
	       pe_stack_has_tried_stop(c);
}

static bool is_logged(const struct pe_worker_call *c, const struct record *t)
{
	return c->s->set.log &&
	       describe_use(frame_of(t, &c->s->set), &t->use, &t->f, t->outcome, t->left_out) == 0;
}

/* stale_use.2; @begun: as has_begun(). 0 or -EINPROGRESS */
static long notice(struct pe_worker_call *c, struct record *t, bool begun)
{
	if (!pe_helper_has_done(c, write_notice) &&
	    (begun || !has_room(c, &t->use, &t->left_out) || is_logged(c, t)))
		return 0;
	return ask_for_lines(c, write_notice, t);
}

/* For `pidepoch top` and `watch`. */
static void count(const struct pe_worker_call *c, const struct record *t)
{
	struct pe_child_table *b = c->s->table;

	pe_child_table_count(b, pe_child_table_find(b, c->peer->identity), c->peer->tgid,
			     t->who.comm, PE_SINK_USE(&t->use, !t->held, t->outcome),
			     t->outcome == PE_OUTCOME_REFUSED);
}

/* What the event says of the stacks. */
static void complete(const struct pe_worker *s, struct record *t)
{
	struct pe_stack_result *here = &t->stop.here;

	t->outside.here = here->stack.depth ? &here->stack : NULL;
	t->outside.stack_end = pe_stack_is_wanted(s) ? pe_stack_end_name(here->end) : NULL;
	t->outside.modules = here->modules;
	if (t->outside.released.stack)
		t->outside.released.stack = &t->released;
}

/* stale_use.3 */
static void event(const struct pe_worker *s, struct record *t)
{
	complete(s, t);
	if (t->f.verdict == PE_EVIDENCE_UNKNOWN)
		pe_event_use(frame_of(t, &s->set), &t->use, t->was_other ? NULL : &known, t->held,
			     t->outcome);
	else
		pe_event_evidence(frame_of(t, &s->set), &t->use, &t->f, t->outcome);
}

/* in a helper */
static void event_at_stop(const struct pe_worker *s, struct pe_stack_stop *stop)
{
	event(s, (struct record *)stop);
}

/* A canary answers a question: a belief (fuzz_page.6). */
static void note_probe(const struct pe_worker_call *c, const struct pe_use *use)
{
	struct pe_fuzz_page *f = c->s->set.fuzz;

	if (f && c->peer->ns < 0 && !use->group && (pe_call_only_asks(use->by) || use->signal == 0))
		pe_fuzz_page_probed(f, (uint32_t)use->pid, (int)use->by, (uint32_t)c->peer->tgid);
}

/* --- the verdict --- */

/* As abort(3): a handler runs first; a process that ignores or blocks SIGABRT is killed. The pidfd
 * refers to the caller even if its pid was reused. */
static void end(const struct pe_worker_call *c)
{
	int signal = pe_rights_ignores(c->peer, SIGABRT) ? SIGKILL : SIGABRT;

	if (pe_sys_pidfd_send_signal(c->peer->pidfd, signal, NULL, PIDFD_SIGNAL_THREAD) == -EINVAL)
		pe_sys_pidfd_send_signal(c->peer->pidfd, signal, NULL, 0); /* before Linux 6.9 */
}

/*
 * stale_use.4: answer the call, and write its event before its thread continues.
 * PE_WORKER_ANSWERED or -EINPROGRESS; else the call is not answered, and the event has been written
 * with an incomplete stack.
 */
static long answer_and_stop(struct pe_worker_call *c, struct record *t, const struct pe_verdict *v,
			    long result)
{
	long r;

	t->stop.result = result;
	t->stop.use = event_at_stop;
	if (v->dies && !pe_stack_has_tried_stop(c))
		end(c);
	r = pe_stack_stop(c, &t->stop, sizeof(*t));
	if (r == -EINPROGRESS)
		return r;
	if (r == 0)
		return PE_WORKER_ANSWERED;
	event(c->s, t);
	return result;
}

/* Of the events: the notice's failure has been reported with it. */
static long complain(struct pe_worker_call *c, const struct record *t, long result)
{
	return ask_for_lines(c, write_complaint, t) == -EINPROGRESS ? -EINPROGRESS : result;
}

/* @result: of the call. Returns it, PE_WORKER_ANSWERED or -EINPROGRESS. */
static long report(struct pe_worker_call *c, const struct pe_use *use,
		   const struct pe_evidence_finding *f, const struct pe_verdict *v, long result)
{
	static struct record t;
	bool begun;

	describe(&t, c, use, f, v);
	if (pe_stack_is_wanted(c->s)) {
		if (pe_stack_take(c, &t.stop.here) == -EINPROGRESS)
			return -EINPROGRESS;
		if (!t.stop.here.with_library)
			pe_stack_waits_find(c, use->pid, &t.outside, &t.released);
	}
	describe_holder(&t);
	if (!pe_notify_holds(c->s->listener, c->n->id))
		return PE_WORKER_CONTINUE; /* the caller has ended, and the data may be another's */
	begun = has_begun(c);
	if (!begun && !may_report(c, &t.who))
		return result;
	if (!begun)
		note_probe(c, use);
	if (!begun && v->report)
		count(c, &t);
	if (v->report && notice(c, &t, begun) < 0)
		return -EINPROGRESS;
	if (pe_helper_has_done(c, write_complaint))
		return result;
	if (pe_stack_is_wanted(c->s) && pe_stack_needs_stop(&t.stop.here))
		return answer_and_stop(c, &t, v, result);
	if (v->dies)
		end(c);
	if (c->s->set.events || c->s->set.summary)
		event(c->s, &t);
	return pe_sink_has_failed(c->s->set.sink) ? complain(c, &t, result) : result;
}

/* @f: NULL: the child table shows that the pid is stale */
static long apply(struct pe_worker_call *c, const struct pe_use *use,
		  const struct pe_evidence_finding *f, const struct pe_verdict *v)
{
	long result = v->act == PE_VERDICT_REFUSE ? -c->s->set.stale_errno : PE_WORKER_CONTINUE;

	if (is_trusted(c) || !pe_notify_holds(c->s->listener, c->n->id))
		return PE_WORKER_CONTINUE;
	if (v->report || c->s->set.events || c->s->set.summary)
		return report(c, use, f, v, result);
	if (v->dies)
		end(c);
	return result;
}

long pe_stale_use_serve(struct pe_worker_call *c, const struct pe_use *use, int pid)
{
	const struct pe_verdict_use judged = { .knowledge = PE_KNOWN_RELEASED,
					       .held = pid != 0,
					       .unproven = use->unproven,
					       .policy = c->s->set.policy };
	const struct pe_verdict v = pe_verdict_classic(&judged);

	return apply(c, use, NULL, &v);
}

long pe_stale_use_by_evidence(struct pe_worker_call *c, const struct pe_use *use,
			      const struct pe_evidence_finding *f)
{
	const struct pe_verdict v = pe_verdict_evidence(
		c->s->set.policy, c->s->set.evidence,
		pe_call_only_asks(use->by) || use->signal == 0, f->verdict == PE_EVIDENCE_STALE);

	return apply(c, use, f, &v);
}

long pe_stale_use_of_canary(struct pe_worker_call *c, const struct pe_use *use)
{
	static struct record t;
	const struct pe_verdict passed = { .act = PE_VERDICT_PASS };

	if (!pe_stack_is_wanted(c->s))
		return PE_WORKER_CONTINUE;
	describe(&t, c, use, NULL, &passed);
	describe_holder(&t);
	t.was_other = true;
	if (pe_stack_take(c, &t.stop.here) == -EINPROGRESS)
		return -EINPROGRESS;
	if (t.stop.here.with_library || is_trusted(c) || !pe_notify_holds(c->s->listener, c->n->id))
		return PE_WORKER_CONTINUE;
	if (!has_begun(c))
		note_probe(c, use);
	if (pe_stack_needs_stop(&t.stop.here))
		return answer_and_stop(c, &t, &passed, PE_WORKER_CONTINUE);
	event(c->s, &t);
	return PE_WORKER_CONTINUE;
}

long pe_stale_use_stolen(struct pe_worker_call *c, int ns_pid)
{
	static struct record t;
	const struct pe_verdict passed = { .act = PE_VERDICT_PASS };
	const struct pe_use use = { .by = c->what == PE_NOTIFY_FILTER_WAITID ? PE_CALL_WAITID
									     : PE_CALL_WAIT4,
				    .pid = ns_pid,
				    .signal = PE_USE_NO_SIGNAL };
	struct pe_stack_result *here = &t.stop.here;

	describe(&t, c, &use, NULL, &passed);
	if (pe_stack_take(c, here) == -EINPROGRESS)
		return -EINPROGRESS;
	if (here->with_library || is_trusted(c) || !pe_notify_holds(c->s->listener, c->n->id))
		return PE_WORKER_CONTINUE;
	pe_stack_waits_find(c, ns_pid, &t.outside, &t.released);
	describe_holder(&t);
	complete(c->s, &t);
	pe_event_stolen(frame_of(&t, &c->s->set), use.by, (uint32_t)ns_pid, &known);
	return PE_WORKER_CONTINUE;
}
