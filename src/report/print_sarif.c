// SPDX-License-Identifier: LGPL-2.1-or-later
/* print_sarif - SARIF 2.1.0, which code hosts and editors read. */
#include "report/print.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static const char levels[PE_EVENTS_SEVERITIES][8] = { "error", "error", "warning", "note" };

/* A path as a URI reference. A relative path stays relative. */
static void uri(struct pe_json_write *w, const char *path)
{
	FILE *out = pe_json_write_raw(w, "uri");

	fputs(*path == '/' ? "\"file://" : "\"", out);
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c < 128 && (isalnum(c) || strchr("/._-~+", c)))
			putc(c, out);
		else
			fprintf(out, "%%%02X", c);
	}
	putc('"', out);
}

/* @line: 0: not known */
static void physical(struct pe_json_write *w, const char *path, unsigned int line)
{
	pe_json_write_open(w, "physicalLocation", '{');
	pe_json_write_open(w, "artifactLocation", '{');
	uri(w, path);
	pe_json_write_close(w, '}');
	if (line) {
		pe_json_write_open(w, "region", '{');
		pe_json_write_number(w, "startLine", line);
		pe_json_write_close(w, '}');
	}
	pe_json_write_close(w, '}');
}

static void logical(struct pe_json_write *w, const char *function)
{
	pe_json_write_open(w, "logicalLocations", '[');
	pe_json_write_open(w, NULL, '{');
	pe_json_write_text(w, "fullyQualifiedName", function);
	pe_json_write_text(w, "kind", "function");
	pe_json_write_close(w, '}');
	pe_json_write_close(w, ']');
}

static void location(struct pe_json_write *w, const char *key, const struct pe_symbols_frame *frame)
{
	pe_json_write_open(w, key, '{');
	if (frame->file)
		physical(w, frame->file, frame->line);
	if (frame->function)
		logical(w, frame->function);
	pe_json_write_close(w, '}');
}

static bool sarif_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	struct pe_json_write *w = context;

	(void)n;
	pe_json_write_open(w, NULL, '{');
	location(w, "location", frame);
	if (frame->module)
		pe_json_write_text(w, "module", frame->module);
	pe_json_write_close(w, '}');
	return true;
}

static bool is_libc(const char *module)
{
	const char *slash = module ? strrchr(module, '/') : NULL;

	return slash && (strncmp(slash, "/libc.so", 8) == 0 || strncmp(slash, "/libc-", 6) == 0 ||
			 strncmp(slash, "/libpthread", 11) == 0);
}

struct place {
	struct pe_json_write *w;
	bool found;
};

/* The first frame that has a source line. The fault is in the caller and not in libc. */
static bool first_place(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	struct place *place = context;

	(void)n;
	if (!frame->file || is_libc(frame->module))
		return true;
	location(place->w, NULL, frame);
	place->found = true;
	return false;
}

/* Otherwise the first frame that has a name. */
static bool first_name(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	(void)n;
	if (!frame->function)
		return true;
	logical(context, frame->function);
	return false;
}

/* A code host refuses a result without a file: it is the program's, then. */
static void program(struct pe_json_write *w, const struct pe_findings *f,
		    const struct pe_events_event *e)
{
	pe_json_write_open(w, NULL, '{');
	physical(w, e->program, 1);
	pe_findings_walk(f, e, &e->used.stack, first_name, w);
	pe_json_write_close(w, '}');
}

static void locations(struct pe_json_write *w, const struct pe_findings *f,
		      const struct pe_events_event *e)
{
	struct place place = { .w = w };

	pe_json_write_open(w, "locations", '[');
	pe_findings_walk(f, e, &e->used.stack, first_place, &place);
	if (!place.found)
		program(w, f, e);
	pe_json_write_close(w, ']');
}

/* "KEY":{"text":"..."} */
static void message(struct pe_json_write *w, const char *key, const char *text)
{
	pe_json_write_open(w, key, '{');
	pe_json_write_text(w, "text", text);
	pe_json_write_close(w, '}');
}

static void stack(struct pe_json_write *w, const struct pe_findings *f,
		  const struct pe_events_event *e, const struct pe_events_moment *m,
		  const char *what)
{
	char text[128];

	if (m->stack.depth == 0)
		return;
	snprintf(text, sizeof(text), "%s by %s", what, m->call);
	pe_json_write_open(w, NULL, '{');
	message(w, "message", text);
	pe_json_write_open(w, "frames", '[');
	pe_findings_walk(f, e, &m->stack, sarif_frame, w);
	pe_json_write_close(w, ']');
	pe_json_write_close(w, '}');
}

static void stacks(struct pe_json_write *w, const struct pe_findings *f,
		   const struct pe_events_event *e)
{
	if (e->used.stack.depth == 0)
		return;
	pe_json_write_open(w, "stacks", '[');
	stack(w, f, e, &e->used, "misused");
	stack(w, f, e, &e->released, "released");
	stack(w, f, e, &e->obtained, "obtained");
	pe_json_write_close(w, ']');
}

static void fingerprint(struct pe_json_write *w, uint64_t key)
{
	pe_json_write_open(w, "partialFingerprints", '{');
	fprintf(pe_json_write_raw(w, "stacks/v1"), "\"%016" PRIx64 "\"", key);
	pe_json_write_close(w, '}');
}

static void result(struct pe_json_write *w, const struct pe_findings *f,
		   const struct pe_findings_finding *x)
{
	const struct pe_events_event *e = x->first;
	char sentence[128], call[64], text[256];

	pe_print_sentence(sentence, sizeof(sentence), e);
	pe_print_call(call, sizeof(call), e);
	snprintf(text, sizeof(text), "%s: %s (%" PRIu64 " time%s)", call, sentence, x->count,
		 x->count == 1 ? "" : "s");
	pe_json_write_open(w, NULL, '{');
	pe_json_write_text(w, "ruleId", e->kind);
	pe_json_write_text(w, "level", levels[e->severity]);
	message(w, "message", text);
	locations(w, f, e);
	pe_json_write_number(w, "occurrenceCount", (int64_t)x->count);
	fingerprint(w, x->key);
	stacks(w, f, e);
	pe_json_write_close(w, '}');
}

static void rules(struct pe_json_write *w)
{
	const char *kind, *sentence;

	pe_json_write_open(w, "rules", '[');
	for (size_t i = 0; pe_print_kind(i, &kind, &sentence); i++) {
		pe_json_write_line(w);
		pe_json_write_open(w, NULL, '{');
		pe_json_write_text(w, "id", kind);
		message(w, "shortDescription", sentence);
		pe_json_write_close(w, '}');
	}
	pe_json_write_line(w);
	pe_json_write_close(w, ']');
}

static void tool(struct pe_json_write *w)
{
	pe_json_write_open(w, "tool", '{');
	pe_json_write_open(w, "driver", '{');
	pe_json_write_text(w, "name", "pidepoch");
	rules(w);
	pe_json_write_close(w, '}');
	pe_json_write_close(w, '}');
}

static void results(struct pe_json_write *w, const struct pe_findings *f)
{
	pe_json_write_open(w, "results", '[');
	for (size_t i = 0; i < f->findings; i++) {
		pe_json_write_line(w);
		result(w, f, &f->finding[i]);
	}
	pe_json_write_line(w);
	pe_json_write_close(w, ']');
}

void pe_print_sarif(FILE *out, const struct pe_findings *f)
{
	struct pe_json_write w = { .out = out };

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_text(&w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	pe_json_write_text(&w, "version", "2.1.0");
	pe_json_write_open(&w, "runs", '[');
	pe_json_write_open(&w, NULL, '{');
	tool(&w);
	results(&w, f);
	pe_json_write_close(&w, '}');
	pe_json_write_close(&w, ']');
	pe_json_write_close(&w, '}');
	putc('\n', out);
}
