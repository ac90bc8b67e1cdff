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

static void text_if_known(struct pe_json_write *w, const char *key, const char *text)
{
	if (text)
		pe_json_write_text(w, key, text);
}

static bool json_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	struct pe_json_write *w = context;

	(void)n;
	pe_json_write_open(w, NULL, '{');
	fprintf(pe_json_write_raw(w, "offset"), "\"0x%" PRIx64 "\"", frame->offset);
	text_if_known(w, "function", frame->function);
	text_if_known(w, "file", frame->file);
	if (frame->line)
		pe_json_write_number(w, "line", frame->line);
	text_if_known(w, "module", frame->module);
	if (frame->inlined)
		pe_json_write_bool(w, "inlined", true);
	pe_json_write_close(w, '}');
	return true;
}

static void json_moment(struct pe_json_write *w, const char *key, const struct pe_findings *f,
			const struct pe_events_event *e, const struct pe_events_moment *m)
{
	pe_json_write_open(w, key, '{');
	pe_json_write_text(w, "call", m->call);
	pe_json_write_number(w, "ago_ms", (int64_t)m->ago_ms);
	pe_json_write_number(w, "tid", (int64_t)m->tid);
	if (m->process) {
		pe_json_write_number(w, "process", (int64_t)m->process);
		pe_json_write_text(w, "command_line", m->command_line);
	}
	pe_json_write_open(w, "stack", '[');
	pe_findings_walk(f, e, &m->stack, json_frame, w);
	pe_json_write_close(w, ']');
	if (*m->stack_end)
		pe_json_write_text(w, "stack_end", m->stack_end);
	pe_json_write_close(w, '}');
}

void pe_print_moments(struct pe_json_write *w, const struct pe_findings *f,
		      const struct pe_events_event *e)
{
	json_moment(w, "misused", f, e, &e->used);
	if (e->released.known)
		json_moment(w, "released", f, e, &e->released);
	if (e->obtained.known)
		json_moment(w, "obtained", f, e, &e->obtained);
}
