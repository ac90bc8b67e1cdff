// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/print.h"

#include <inttypes.h>

static void holder(struct pe_json_write *w, const struct pe_events_event *e)
{
	if (!e->holder.known)
		return;
	pe_json_write_open(w, "holder", '{');
	pe_json_write_text(w, "comm", e->holder.comm);
	pe_json_write_text(w, "exe", e->holder.exe);
	pe_json_write_number(w, "parent", (int64_t)e->holder.parent);
	pe_json_write_number(w, "age_ms", (int64_t)e->holder.age_ms);
	pe_json_write_close(w, '}');
}

static void evidence(struct pe_json_write *w, const struct pe_events_event *e)
{
	if (!e->evidence.known)
		return;
	pe_json_write_open(w, "evidence", '{');
	pe_json_write_text(w, "kind", e->evidence.kind);
	if (*e->evidence.path)
		pe_json_write_text(w, "path", e->evidence.path);
	if (e->evidence.source)
		pe_json_write_number(w, "source", (int64_t)e->evidence.source);
	if (e->evidence.dated)
		pe_json_write_number(w, "ago_ms", (int64_t)e->evidence.ago_ms);
	pe_json_write_close(w, '}');
}

static void program(struct pe_json_write *w, const struct pe_events_event *e)
{
	char sentence[128];

	pe_print_sentence(sentence, sizeof(sentence), e);
	pe_json_write_text(w, "kind", e->kind);
	pe_json_write_text(w, "severity", pe_events_severity_name(e->severity));
	pe_json_write_text(w, "message", sentence);
	pe_json_write_text(w, "program", e->program);
	if (*e->command_line)
		pe_json_write_text(w, "command_line", e->command_line);
	pe_json_write_text(w, "outcome", e->outcome);
}

static void call(struct pe_json_write *w, const struct pe_events_event *e)
{
	fprintf(pe_json_write_raw(w, "time"), "%" PRId64 ".%03d", e->time_ms / 1000,
		(int)(e->time_ms % 1000));
	pe_json_write_number(w, "pid", (int64_t)e->pid);
	pe_json_write_number(w, "number", (int64_t)e->number);
	if (e->signal >= 0)
		pe_json_write_number(w, "signal", e->signal);
	if (e->group)
		pe_json_write_bool(w, "group", true);
	pe_json_write_bool(w, "inherited", e->inherited);
	pe_json_write_bool(w, "released_by_any", e->by_any);
}

static void finding(struct pe_json_write *w, const struct pe_findings *f,
		    const struct pe_findings_finding *x)
{
	pe_json_write_open(w, NULL, '{');
	program(w, x->first);
	fprintf(pe_json_write_raw(w, "id"), "\"%016" PRIx64 "\"", x->key);
	pe_json_write_number(w, "count", (int64_t)x->count);
	call(w, x->first);
	evidence(w, x->first);
	holder(w, x->first);
	pe_print_moments(w, f, x->first);
	pe_json_write_close(w, '}');
}

void pe_print_json(FILE *out, const struct pe_findings *f)
{
	struct pe_json_write w = { .out = out };

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_number(&w, "pidepoch_report", 1);
	pe_json_write_number(&w, "events", (int64_t)f->events->events);
	pe_json_write_number(&w, "unreadable", (int64_t)f->events->unreadable);
	pe_json_write_number(&w, "suppressed", (int64_t)f->suppressed);
	pe_json_write_open(&w, "findings", '[');
	for (size_t i = 0; i < f->findings; i++) {
		pe_json_write_line(&w);
		finding(&w, f, &f->finding[i]);
	}
	pe_json_write_line(&w);
	pe_json_write_close(&w, ']');
	pe_json_write_close(&w, '}');
	putc('\n', out);
}
