/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/notice.h"
#include "core/record/sink.h"
#include "core/time/identity.h"
#include "core/sys.h"
#include "core/text.h"

#define LINE 1024

static void add_signal(struct pe_text *line, int signal)
{
	static const char names[][8] = {
		"0",	  "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
		"FPE",	  "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
		"STKFLT", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
		"XCPU",	  "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS",
	};

	if (signal > 0 && signal < (int)(sizeof(names) / sizeof(names[0]))) {
		pe_text_add(line, "SIG");
		pe_text_add(line, names[signal]);
	} else {
		pe_text_decimal(line, (uint64_t)(unsigned int)signal);
	}
}

static void add_call(struct pe_text *line, const struct pe_use *u)
{
	pe_text_add(line, pe_call_name(u->by));
	pe_text_add(line, "(");
	if (u->group)
		pe_text_add(line, u->by == PE_CALL_KILL ? "-" : "group ");
	pe_text_decimal(line, (uint64_t)u->pid);
	if (u->signal != PE_USE_NO_SIGNAL) {
		pe_text_add(line, ", ");
		add_signal(line, u->signal);
	}
	pe_text_add(line, "): ");
}

static void add_ago(struct pe_text *line, uint32_t ms)
{
	pe_text_add(line, " ");
	pe_text_decimal(line, ms / 1000);
	pe_text_add(line, ".");
	pe_text_padded(line, ms % 1000, 3);
	pe_text_add(line, "s ago");
}

/* From the obituary (S16). */
static void add_status(struct pe_text *line, const struct pe_frame *p, const struct pe_slot *slot)
{
	struct pe_obituary o;

	if (!pe_obituary_find(&p->obituaries, pe_slot_pid(slot),
			      (uint32_t)atomic_load(&slot->birth), &o) ||
	    !(o.flags & PE_OBITUARY_KNOWN))
		return;
	if (WIFEXITED(o.status)) {
		pe_text_add(line, ", exited with status ");
		pe_text_decimal(line, WEXITSTATUS(o.status));
	} else {
		pe_text_add(line, ", killed by ");
		add_signal(line, WTERMSIG(o.status));
	}
}

/* The child's history. If the slot has been used again for another pid, no history is printed. */
static void add_history(struct pe_text *line, const struct pe_frame *p, const struct pe_use *u,
			const struct pe_known *k)
{
	bool inherited = k->what == PE_KNOWN_INHERITED;
	uint32_t now = pe_frame_ms(p); /* one moment for both, so that they agree */

	pe_text_decimal(line, (uint64_t)u->pid);
	pe_text_add(line, inherited ? " was a child of the process that forked this one"
				    : " was a child of this process");
	if (!k->slot || pe_slot_pid(k->slot) != (uint32_t)u->pid ||
	    !atomic_load_explicit(&k->slot->released, memory_order_relaxed))
		return;
	pe_text_add(line, " (");
	pe_text_add(line, pe_call_name(atomic_load(&k->slot->born_by)));
	add_ago(line, now - atomic_load(&k->slot->born));
	add_status(line, p, k->slot);
	pe_text_add(line, ", reaped by ");
	pe_text_add(line, pe_call_name(atomic_load(&k->slot->released_by)));
	add_ago(line, now - atomic_load(&k->slot->released));
	pe_text_add(line, ")");
}

/* false: no process has the pid, or it is not known whether the group that has it is another one */
static bool add_holder(struct pe_text *line, const struct pe_use *u)
{
	struct pe_identity_holder who;
	int err;

	if (u->unproven) {
		pe_text_add(line, u->group ? "; its group may have ended"
					   : "; the process that has it now may be meant");
		pe_text_add(line, ", which cannot be determined here");
		return false;
	}
	err = pe_identity_describe((uint32_t)(u->holder ? u->holder : u->pid), &who);

	pe_text_add(line, "; now ");
	if (err != 0) {
		pe_text_add(line, err == -ESRCH && u->group ? "no process has this pid"
				  : err == -ESRCH	    ? "no process has it"
						  : "held by a process that /proc does not show");
		return err != -ESRCH;
	}
	pe_text_add(line, "held by '");
	pe_text_foreign(line, who.comm);
	pe_text_add(line, "' (pid ");
	pe_text_decimal(line, (uint64_t)u->pid);
	pe_text_add(line, ", parent ");
	pe_text_decimal(line, who.ppid);
	pe_text_add(line, ")");
	return true;
}

static void add_outcome(struct pe_text *line, const struct pe_frame *p, enum pe_outcome outcome)
{
	if (outcome == PE_OUTCOME_PASSED)
		pe_text_add(line, "; let through");
	else if (outcome == PE_OUTCOME_ABORTING)
		pe_text_add(line, "; aborting");
	else
		pe_text_add(line, p->set->stale_errno == PE_EEPOCH ? "; refused: EEPOCH"
								   : "; refused: ESRCH");
}

static const char *outcome_name(enum pe_outcome outcome)
{
	return outcome == PE_OUTCOME_PASSED    ? "passed"
	       : outcome == PE_OUTCOME_REFUSED ? "refused"
					       : "aborting";
}

static void count(const struct pe_frame *p, const struct pe_use *u, bool held,
		  enum pe_outcome outcome)
{
	pe_sink_count(p->set, PE_SINK_USE(u, !held, outcome), outcome == PE_OUTCOME_REFUSED);
}

long pe_notice_stale(const struct pe_frame *p, const struct pe_use *u, const struct pe_known *k,
		     enum pe_outcome outcome)
{
	char buffer[LINE];
	struct pe_text line = pe_text_on(buffer, sizeof(buffer) - 1);

	pe_sink_begin(&line, p->set);
	add_call(&line, u);
	/* what the parent knew does not prove the child's use stale (verdict.7) */
	pe_text_add(&line, k->what == PE_KNOWN_INHERITED ? "note: "
			   : u->group			 ? "stale group: "
							 : "stale pid: ");
	add_history(&line, p, u, k);
	count(p, u, add_holder(&line, u), outcome);
	add_outcome(&line, p, outcome);
	return pe_sink_write(p->set, &line,
			     &(struct pe_sink_fields){
				     .call = pe_call_name(u->by),
				     .evidence = k->what == PE_KNOWN_INHERITED ? "inherited"
									       : "own",
				     .outcome = outcome_name(outcome),
				     .pid = (uint32_t)u->pid,
				     .signal = u->signal,
			     });
}

/* "0.123 s", "12 s", "3 days"; @ticks: known to 10 ms, "0.12 s" */
static void add_span(struct pe_text *line, int64_t ms, bool ticks)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = {
		{ 172800000, " days" }, { 7200000, " h" }, { 120000, " min" }, { 10000, " s" }
	};
	static const int64_t one[] = { 86400000, 3600000, 60000, 1000 };

	ms = ms < 0 ? 0 : ms;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ms >= units[i].ms) {
			pe_text_decimal(line, (uint64_t)(ms / one[i]));
			pe_text_add(line, units[i].name);
			return;
		}
	pe_text_decimal(line, (uint64_t)ms / 1000);
	pe_text_add(line, ".");
	pe_text_padded(line, (uint64_t)ms % 1000 / (ticks ? 10 : 1), ticks ? 2 : 3);
	pe_text_add(line, " s");
}

/* the process that learned the pid, if not this one */
static void add_source(struct pe_text *line, const struct pe_evidence_finding *f)
{
	if (!f->source)
		return;
	pe_text_add(line, " by its descendant ");
	pe_text_decimal(line, f->source);
}

static void add_evidence(struct pe_text *line, const struct pe_evidence_finding *f)
{
	switch (f->kind) {
	case PE_EVIDENCE_FILE:
		pe_text_add(line, " was read from ");
		pe_text_foreign(line, f->path[0] ? f->path : "a file");
		add_source(line, f);
		pe_text_add(line, ", written ");
		break;
	case PE_EVIDENCE_LOOK:
		pe_text_add(line, " was looked up in /proc");
		add_source(line, f);
		pe_text_add(line, " ");
		break;
	case PE_EVIDENCE_ARGUMENT:
		if (!f->moment) {
			pe_text_add(line, " is an argument, and was a child of the parent, ");
			pe_text_decimal(line, f->source);
			return;
		}
		pe_text_add(line, " is an argument, as its caller knew it ");
		break;
	default:
		pe_text_add(line, " was told by the kernel ");
		break;
	}
	add_span(line, f->now - f->moment, false);
	pe_text_add(line, " ago");
}

long pe_notice_evidence(const struct pe_frame *p, const struct pe_use *u,
			const struct pe_evidence_finding *f, enum pe_outcome outcome)
{
	static const char kinds[][10] = { "?", "file", "look", "argument", "message", "told" };
	char buffer[LINE];
	struct pe_text line = pe_text_on(buffer, sizeof(buffer) - 1);

	count(p, u, true, outcome);
	pe_sink_begin(&line, p->set);
	add_call(&line, u);
	pe_text_add(&line, "stale pid: ");
	pe_text_decimal(&line, (uint64_t)u->pid);
	add_evidence(&line, f);
	pe_text_add(&line, "; ");
	pe_text_decimal(&line, (uint64_t)u->pid);
	pe_text_add(&line, " has been '");
	pe_text_foreign(&line, f->holder.comm);
	pe_text_add(&line, "' (pid ");
	pe_text_decimal(&line, (uint64_t)u->pid);
	pe_text_add(&line, ", parent ");
	pe_text_decimal(&line, f->holder.ppid);
	pe_text_add(&line, ") for ");
	add_span(&line, f->now - (int64_t)f->holder.start * PE_MOMENT_TICK, true);
	if (outcome == PE_OUTCOME_REFUSED && u->by == PE_CALL_PROC)
		pe_text_add(&line, "; refused: ENOENT");
	else
		add_outcome(&line, p, outcome);
	return pe_sink_write(p->set, &line,
			     &(struct pe_sink_fields){
				     .call = pe_call_name(u->by),
				     .evidence = kinds[f->kind],
				     .outcome = outcome_name(outcome),
				     .holder = f->holder.comm,
				     .pid = (uint32_t)u->pid,
				     .signal = u->signal,
			     });
}

void pe_notice_sentence(const struct pe_settings *set, const char *first, const char *second)
{
	char buffer[LINE];
	struct pe_text line = pe_text_on(buffer, sizeof(buffer) - 1);

	pe_sink_begin(&line, set);
	pe_text_add(&line, first);
	pe_text_foreign(&line, second);
	pe_sink_write(set, &line, NULL);
}
