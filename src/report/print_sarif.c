// SPDX-License-Identifier: LGPL-2.1-or-later
/* print_sarif - SARIF 2.1.0, which code hosts and editors read. */
#include "report/print.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static const char levels[PE_EVENTS_SEVERITIES][8] = { "error", "error", "warning", "note" };

static void text(FILE *out, const char *name, const char *value)
{
	fprintf(out, "\"%s\":\"", name);
	pe_print_escaped(out, value);
	putc('"', out);
}

/* A path as a URI reference. A relative path stays relative. */
static void uri(FILE *out, const char *path)
{
	fprintf(out, "\"uri\":\"%s", *path == '/' ? "file://" : "");
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c < 128 && (isalnum(c) || strchr("/._-~+", c)))
			putc(c, out);
		else
			fprintf(out, "%%%02X", c);
	}
	putc('"', out);
}

static void location(FILE *out, const struct pe_symbols_frame *frame)
{
	const char *comma = "";

	putc('{', out);
	if (frame->file) {
		fprintf(out, "\"physicalLocation\":{\"artifactLocation\":{");
		uri(out, frame->file);
		putc('}', out);
		if (frame->line)
			fprintf(out, ",\"region\":{\"startLine\":%u}", frame->line);
		putc('}', out);
		comma = ",";
	}
	if (frame->function) {
		fprintf(out, "%s\"logicalLocations\":[{", comma);
		text(out, "fullyQualifiedName", frame->function);
		fprintf(out, ",\"kind\":\"function\"}]");
	}
	putc('}', out);
}

static bool sarif_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	FILE *out = context;

	fprintf(out, "%s{\"location\":", n ? "," : "");
	location(out, frame);
	if (frame->module) {
		putc(',', out);
		text(out, "module", frame->module);
	}
	putc('}', out);
	return true;
}

static bool is_libc(const char *module)
{
	const char *slash = module ? strrchr(module, '/') : NULL;

	return slash && (strncmp(slash, "/libc.so", 8) == 0 || strncmp(slash, "/libc-", 6) == 0 ||
			 strncmp(slash, "/libpthread", 11) == 0);
}

struct place {
	FILE *out;
	bool found;
};

/* The first frame that has a source line. The fault is in the caller and not in libc. */
static bool first_place(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	struct place *place = context;

	(void)n;
	if (!frame->file || is_libc(frame->module))
		return true;
	location(place->out, frame);
	place->found = true;
	return false;
}

/* Otherwise the first frame that has a name. */
static bool first_name(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	FILE *out = context;

	(void)n;
	if (!frame->function)
		return true;
	fprintf(out, ",\"logicalLocations\":[{");
	text(out, "fullyQualifiedName", frame->function);
	fprintf(out, ",\"kind\":\"function\"}]");
	return false;
}

/* A code host refuses a result without a file: it is the program's, then. */
static void program(FILE *out, const struct pe_findings *f, const struct pe_events_event *e)
{
	fprintf(out, "{\"physicalLocation\":{\"artifactLocation\":{");
	uri(out, e->program);
	fprintf(out, "},\"region\":{\"startLine\":1}}");
	pe_findings_walk(f, e, &e->used.stack, first_name, out);
	putc('}', out);
}

static void locations(FILE *out, const struct pe_findings *f, const struct pe_events_event *e)
{
	struct place place = { .out = out };

	fprintf(out, "\"locations\":[");
	pe_findings_walk(f, e, &e->used.stack, first_place, &place);
	if (!place.found)
		program(out, f, e);
	putc(']', out);
}

static void stack(FILE *out, const struct pe_findings *f, const struct pe_events_event *e,
		  const struct pe_events_moment *m, const char *what)
{
	if (m->stack.depth == 0)
		return;
	fprintf(out, "%s{\"message\":{\"text\":\"%s by ", m == &e->used ? "" : ",", what);
	pe_print_escaped(out, m->call);
	fprintf(out, "\"},\"frames\":[");
	pe_findings_walk(f, e, &m->stack, sarif_frame, out);
	fprintf(out, "]}");
}

static void result(FILE *out, const struct pe_findings *f, const struct pe_findings_finding *x)
{
	const struct pe_events_event *e = x->first;
	char sentence[128], call[64];

	pe_print_sentence(sentence, sizeof(sentence), e);
	pe_print_call(call, sizeof(call), e);
	fprintf(out, "{");
	text(out, "ruleId", e->kind);
	fprintf(out, ",\"level\":\"%s\",\"message\":{\"text\":\"", levels[e->severity]);
	pe_print_escaped(out, call);
	fprintf(out, ": %s (%" PRIu64 " time%s)\"},", sentence, x->count, x->count == 1 ? "" : "s");
	locations(out, f, e);
	fprintf(out, ",\"occurrenceCount\":%" PRIu64, x->count);
	fprintf(out, ",\"partialFingerprints\":{\"stacks/v1\":\"%016" PRIx64 "\"}", x->key);
	if (e->used.stack.depth) {
		fprintf(out, ",\"stacks\":[");
		stack(out, f, e, &e->used, "misused");
		stack(out, f, e, &e->released, "released");
		stack(out, f, e, &e->obtained, "obtained");
		putc(']', out);
	}
	putc('}', out);
}

static void rules(FILE *out)
{
	const char *kind, *sentence;

	for (size_t i = 0; pe_print_kind(i, &kind, &sentence); i++) {
		fprintf(out, "%s\n{", i ? "," : "");
		text(out, "id", kind);
		fprintf(out, ",\"shortDescription\":{");
		text(out, "text", sentence);
		fprintf(out, "}}");
	}
}

void pe_print_sarif(FILE *out, const struct pe_findings *f)
{
	fprintf(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
		     "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"pidepoch\","
		     "\"rules\":[");
	rules(out);
	fprintf(out, "\n]}},\"results\":[");
	for (size_t i = 0; i < f->findings; i++) {
		fprintf(out, "%s\n", i ? "," : "");
		result(out, f, &f->finding[i]);
	}
	fprintf(out, "\n]}]}\n");
}
