// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/print.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

static const char *of_group(const struct pe_events_event *e)
{
	if (!e->group)
		return "";
	return strcmp(e->used.call, "kill") == 0 ? "-" : "group ";
}

void pe_print_call(char *to, size_t size, const struct pe_events_event *e)
{
	const char *name = e->signal > 0 ? sigabbrev_np(e->signal) : NULL;
	char signal[32] = "";

	if (name)
		snprintf(signal, sizeof(signal), ", SIG%s", name);
	else if (e->signal >= 0)
		snprintf(signal, sizeof(signal), ", %d", e->signal);
	snprintf(to, size, "%s(%s%" PRIu64 "%s)", e->used.call, of_group(e), e->number, signal);
}

void pe_print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c >= 127 || c == '<' || c == '>' || c == '&')
			fprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			putc(c, out);
	}
}

static const struct {
	const char *kind, *sentence;
} sentences[] = {
	{ "stale", "a call with the pid of a process that has ended; an unrelated process has it" },
	{ "latent", "a call with the pid of a process that has ended; no process has it yet" },
	{ "probe",
	  "a question about a process that has ended; the answer is about another, or will be" },
	{ "stolen-wait", "a wait for a child whose status another wait has taken; under 'run "
			 "--waits=share' it gets it" },
	{ "double-reap", "a wait for a child that this thread has reaped before" },
	{ "own-thread", "the id of an own thread, taken for another process" },
	{ "init", "process 1, taken for the parent that has ended" },
	{ "ignored",
	  "a wait for a child whose status is lost, since SIGCHLD was inherited as ignored" },
	{ "differs", "the program ends differently when pids are reused ('pidepoch fuzz')" },
};

bool pe_print_kind(size_t n, const char **kind, const char **sentence)
{
	if (n >= sizeof(sentences) / sizeof(sentences[0]))
		return false;
	*kind = sentences[n].kind;
	*sentence = sentences[n].sentence;
	return true;
}

void pe_print_sentence(char *to, size_t size, const struct pe_events_event *e)
{
	const char *sentence = "an event of a kind that is not known here";

	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (strcmp(sentences[i].kind, e->kind) == 0)
			sentence = sentences[i].sentence;
	snprintf(to, size, "%s", sentence);
}

const char *pe_print_stack_end(const struct pe_events_moment *m)
{
	static const struct {
		const char *end, *reason;
	} reasons[] = {
		{ "register", "it needs registers that are not known while the call is held" },
		{ "tracer", "another process traces this one" },
		{ "denied", "the supervisor may not read this process" },
		{ "frames", "code without unwind tables or frame pointers" },
		{ "machine", "a 32-bit system call" },
		{ "limit", "it took too long to read" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].end, m->stack_end) == 0)
			return reasons[i].reason;
	return "for a reason that is not known here";
}

static void member(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(out, ",\"%s\":\"", name);
	pe_print_escaped(out, value);
	putc('"', out);
}

static bool json_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	FILE *out = context;

	fprintf(out, "%s{\"offset\":\"0x%" PRIx64 "\"", n ? "," : "", frame->offset);
	member(out, "function", frame->function);
	member(out, "file", frame->file);
	if (frame->line)
		fprintf(out, ",\"line\":%u", frame->line);
	member(out, "module", frame->module);
	if (frame->inlined)
		fprintf(out, ",\"inlined\":true");
	putc('}', out);
	return true;
}

static void json_moment(FILE *out, const struct pe_findings *f, const struct pe_events_event *e,
			const struct pe_events_moment *m)
{
	fprintf(out, "{\"call\":\"");
	pe_print_escaped(out, m->call);
	fprintf(out, "\",\"ago_ms\":%" PRIu64 ",\"tid\":%" PRIu64 ",\"stack\":[", m->ago_ms,
		m->tid);
	pe_findings_walk(f, e, &m->stack, json_frame, out);
	putc(']', out);
	if (*m->stack_end)
		member(out, "stack_end", m->stack_end);
	putc('}', out);
}

void pe_print_moments(FILE *out, const struct pe_findings *f, const struct pe_events_event *e)
{
	fprintf(out, "\"misused\":");
	json_moment(out, f, e, &e->used);
	if (e->released.known) {
		fprintf(out, ",\"released\":");
		json_moment(out, f, e, &e->released);
	}
	if (e->obtained.known) {
		fprintf(out, ",\"obtained\":");
		json_moment(out, f, e, &e->obtained);
	}
}
