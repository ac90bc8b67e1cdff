// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/print.h"

#include <inttypes.h>
#include <string.h>

#include "report/plain.h"

static void place(FILE *out, const struct pe_symbols_frame *frame)
{
	if (frame->file) {
		pe_plain_print(out, frame->file);
		if (frame->line)
			fprintf(out, ":%u", frame->line);
	} else if (frame->module) {
		putc('(', out);
		pe_plain_print(out, frame->module);
		fprintf(out, "+0x%" PRIx64 ")", frame->offset);
	} else {
		fprintf(out, "0x%" PRIx64, frame->offset);
	}
}

static bool text_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	FILE *out = context;

	fprintf(out, "    #%u ", n);
	if (frame->function) {
		fprintf(out, "in ");
		pe_plain_print(out, frame->function);
		putc(' ', out);
	}
	place(out, frame);
	fprintf(out, "%s\n", frame->inlined ? " (inlined)" : "");
	return true;
}

static void stack(FILE *out, const struct pe_findings *f, const struct pe_events_event *e,
		  const struct pe_events_moment *m)
{
	if (m->stack.depth)
		pe_findings_walk(f, e, &m->stack, text_frame, out);
	else if (!*m->stack_end)
		fprintf(out, "    (no stack was kept)\n");
	if (*m->stack_end)
		fprintf(out, "    (%s: %s)\n", m->stack.depth ? "its end is not known" : "no stack",
			pe_print_stack_end(m));
}

static void moment(FILE *out, const struct pe_findings *f, const struct pe_events_event *e,
		   const struct pe_events_moment *m, const char *what)
{
	if (!m->known)
		return;
	fprintf(out, "  %s ", what);
	pe_plain_print(out, m->call);
	if (m == &e->released && e->by_any)
		fprintf(out, " for any child");
	if (m->tid)
		fprintf(out, " in thread %" PRIu64, m->tid);
	if (m->process) {
		fprintf(out, " of process %" PRIu64 ", '", m->process);
		pe_plain_print(out, m->command_line);
		fprintf(out, "'");
	}
	fprintf(out, ", %" PRIu64 ".%03" PRIu64 " s before:\n", m->ago_ms / 1000, m->ago_ms % 1000);
	stack(out, f, e, m);
}

static void holder(FILE *out, const struct pe_events_event *e)
{
	if (!e->holder.known)
		return;
	fprintf(out, "  the pid was then held by '");
	pe_plain_print(out, e->holder.comm);
	fprintf(out, "'");
	if (*e->holder.exe) {
		fprintf(out, " (");
		pe_plain_print(out, e->holder.exe);
		fprintf(out, ")");
	}
	fprintf(out, ", a child of %" PRIu64 ", for %" PRIu64 ".%02" PRIu64 " s\n",
		e->holder.parent, e->holder.age_ms / 1000, e->holder.age_ms % 1000 / 10);
}

static void evidence(FILE *out, const struct pe_events_event *e)
{
	if (!e->evidence.known)
		return;
	fprintf(out, "  the pid is known by a%s ", *e->evidence.kind == 'a' ? "n" : "");
	pe_plain_print(out, e->evidence.kind);
	if (*e->evidence.path) {
		fprintf(out, ", ");
		pe_plain_print(out, e->evidence.path);
	}
	if (e->evidence.source)
		fprintf(out, ", of the %s %" PRIu64, e->evidence.dated ? "descendant" : "parent",
			e->evidence.source);
	if (e->evidence.dated)
		fprintf(out, ", as of %" PRIu64 ".%03" PRIu64 " s before",
			e->evidence.ago_ms / 1000, e->evidence.ago_ms % 1000);
	putc('\n', out);
}

static bool first_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	FILE *out = context;

	(void)n;
	place(out, frame);
	if (frame->function) {
		fprintf(out, " in ");
		pe_plain_print(out, frame->function);
	}
	return false;
}

static void summary(FILE *out, const struct pe_findings *f, const struct pe_events_event *e)
{
	fprintf(out, "SUMMARY: pidepoch: ");
	pe_plain_print(out, e->kind);
	putc(' ', out);
	if (e->used.stack.depth)
		pe_findings_walk(f, e, &e->used.stack, first_frame, out);
	else
		pe_plain_print(out, e->program);
	fprintf(out, "\n\n");
}

static bool colours;

void pe_print_use_colours(void)
{
	colours = true;
}

/* "error: pidepoch: stale: ...", as compilers print it. */
static void title(FILE *out, const struct pe_events_event *e, const char *sentence)
{
	static const char *const codes[] = { "\033[1;31m", "\033[31m", "\033[33m", "\033[36m" };

	fprintf(out, "==%" PRIu64 "==%s%s%s: pidepoch: ", e->pid, colours ? codes[e->severity] : "",
		pe_events_severity_name(e->severity), colours ? "\033[0m" : "");
	pe_plain_print(out, e->kind);
	fprintf(out, ": %s\n  ", sentence);
}

static void finding(FILE *out, const struct pe_findings *f, const struct pe_findings_finding *x)
{
	const struct pe_events_event *e = x->first;
	char call[64], sentence[128];

	pe_print_call(call, sizeof(call), e);
	pe_print_sentence(sentence, sizeof(sentence), e);
	title(out, e, sentence);
	pe_plain_print(out, call);
	fprintf(out, " by thread %" PRIu64 " of '", e->used.tid);
	pe_plain_print(out, e->program);
	fprintf(out, "', ");
	pe_plain_print(out, e->outcome);
	if (x->count > 1)
		fprintf(out, " (the first of %" PRIu64 " like it)", x->count);
	fprintf(out, ":\n");
	stack(out, f, e, &e->used);
	if (*e->command_line) {
		fprintf(out, "  the command line is '");
		pe_plain_print(out, e->command_line);
		fprintf(out, "'\n");
	}
	moment(out, f, e, &e->released, "the pid was released by");
	moment(out, f, e, &e->obtained, "it was obtained by");
	if (e->inherited)
		fprintf(out, "  both before this process was forked\n");
	evidence(out, e);
	holder(out, e);
	summary(out, f, e);
}

void pe_print_text(FILE *out, const struct pe_findings *f)
{
	uint64_t shown = 0;

	for (size_t i = 0; i < f->findings; i++) {
		finding(out, f, &f->finding[i]);
		shown += f->finding[i].count;
	}
	fprintf(out, "pidepoch: %zu finding%s in %" PRIu64 " event%s; %zu suppressed", f->findings,
		f->findings == 1 ? "" : "s", shown, shown == 1 ? "" : "s", f->suppressed);
	if (f->events->unreadable)
		fprintf(out, "; %zu line%s could not be read", f->events->unreadable,
			f->events->unreadable == 1 ? "" : "s");
	fprintf(out, "\n");
}

/* --- suppressions --- */

/* The name for a suppression: the innermost function that has a name, else the innermost module.
 * main() is not used: it is in every stack, and would suppress every finding. */
struct name {
	const char *function, *module;
};

/* A system call wrapper of libc or Go: every misuse by a static program has one. */
static bool is_call_itself(const char *function)
{
	static const char *const calls[] = { "kill",	"tkill",	   "tgkill",	"sigqueue",
					     "syscall", "rt_sigqueueinfo", "pidfd_open" };
	static const char *const packages[] = { "syscall.", "runtime/internal/syscall.",
						"internal/runtime/syscall." };

	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (strncmp(function, packages[i], strlen(packages[i])) == 0)
			return true;
	function += strspn(function, "_");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(function, calls[i]) == 0)
			return true;
	return false;
}

static bool name_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	struct name *name = context;
	const char *slash = frame->module ? strrchr(frame->module, '/') : NULL;

	(void)n;
	if (!name->module && slash && slash[1])
		name->module = slash + 1;
	if (frame->function && is_call_itself(frame->function))
		return true;
	if (frame->function && strcmp(frame->function, "main") != 0)
		name->function = frame->function;
	return !frame->function;
}

/* Print a name as a shell pattern that matches this name only. A byte that cannot be printed
 * becomes '?'. */
static void pattern(FILE *out, const char *name)
{
	while (*name) {
		size_t n = pe_plain_length(name);

		if (strchr("*?[\\", *name))
			putc('\\', out);
		if (n)
			fwrite(name, 1, n, out);
		else
			putc('?', out);
		name += n ? n : 1;
	}
}

static void suppression(FILE *out, const struct pe_findings *f, const struct pe_events_event *e)
{
	struct name name = { NULL, NULL };

	pe_findings_walk(f, e, &e->used.stack, name_frame, &name);
	pe_plain_print(out, e->kind);
	putc(':', out);
	pattern(out, name.function ? name.function : name.module ? name.module : e->program);
	putc('\n', out);
}

void pe_print_suppressions(FILE *out, const struct pe_findings *f)
{
	for (size_t i = 0; i < f->findings; i++) {
		const struct pe_events_event *e = f->finding[i].first;

		fprintf(out, "# %s, %" PRIu64 " time%s in '", pe_events_severity_name(e->severity),
			f->finding[i].count, f->finding[i].count == 1 ? "" : "s");
		pe_plain_print(out, e->program);
		fprintf(out, "'\n");
		suppression(out, f, e);
	}
}
