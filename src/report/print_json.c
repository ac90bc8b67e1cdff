// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/print.h"

#include <inttypes.h>

static void text(FILE *out, const char *name, const char *value)
{
	fprintf(out, "\"%s\":\"", name);
	pe_print_escaped(out, value);
	fprintf(out, "\",");
}

static void finding(FILE *out, const struct pe_findings *f, const struct pe_findings_finding *x)
{
	const struct pe_events_event *e = x->first;
	char sentence[128];

	pe_print_sentence(sentence, sizeof(sentence), e);
	putc('{', out);
	text(out, "kind", e->kind);
	text(out, "severity", pe_events_severity_name(e->severity));
	text(out, "message", sentence);
	text(out, "program", e->program);
	if (*e->command_line)
		text(out, "command_line", e->command_line);
	text(out, "outcome", e->outcome);
	fprintf(out,
		"\"id\":\"%016" PRIx64 "\",\"count\":%" PRIu64 ",\"time\":%" PRId64
		".%03d,\"pid\":%" PRIu64 ",\"number\":%" PRIu64 ",",
		x->key, x->count, e->time_ms / 1000, (int)(e->time_ms % 1000), e->pid, e->number);
	if (e->signal >= 0)
		fprintf(out, "\"signal\":%d,", e->signal);
	if (e->group)
		fprintf(out, "\"group\":true,");
	fprintf(out, "\"inherited\":%s,\"released_by_any\":%s,", e->inherited ? "true" : "false",
		e->by_any ? "true" : "false");
	if (e->holder.known) {
		fprintf(out, "\"holder\":{");
		text(out, "comm", e->holder.comm);
		text(out, "exe", e->holder.exe);
		fprintf(out, "\"parent\":%" PRIu64 ",\"age_ms\":%" PRIu64 "},", e->holder.parent,
			e->holder.age_ms);
	}
	pe_print_moments(out, f, e);
	putc('}', out);
}

void pe_print_json(FILE *out, const struct pe_findings *f)
{
	fprintf(out, "{\"pidepoch_report\":1,\"events\":%zu,\"unreadable\":%zu,\"suppressed\":%zu,",
		f->events->events, f->events->unreadable, f->suppressed);
	fprintf(out, "\"findings\":[");
	for (size_t i = 0; i < f->findings; i++) {
		fprintf(out, "%s\n", i ? "," : "");
		finding(out, f, &f->finding[i]);
	}
	fprintf(out, "\n]}\n");
}
