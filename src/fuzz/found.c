// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/found.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/call.h"
#include "report/json_write.h"

static int read_events(struct pe_events *events, const char *path)
{
	FILE *f = fopen(path, "re");
	int r;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	r = pe_events_read(events, f);
	fclose(f);
	return r;
}

/* One line of an event file, in memory. */
struct line {
	char *text;
	size_t size;
	struct pe_json_write w;
};

/* The line up to what each event has: the kind, the time and the program. false: no memory. */
static bool begin(struct line *l, const struct pe_fuzz_session *s, const char *kind,
		  const char *severity)
{
	l->w = (struct pe_json_write){ .out = open_memstream(&l->text, &l->size) };
	if (!l->w.out)
		return false;
	pe_json_write_open(&l->w, NULL, '{');
	pe_json_write_number(&l->w, "pidepoch", 2);
	pe_json_write_text(&l->w, "type", "event");
	pe_json_write_text(&l->w, "kind", kind);
	pe_json_write_text(&l->w, "severity", severity);
	pe_json_write_number(&l->w, "time", time(NULL));
	pe_json_write_text(&l->w, "outcome", "passed");
	pe_json_write_text(&l->w, "program", s->plan.command[0]);
	return true;
}

static int end(struct line *l, struct pe_events *events)
{
	int r;

	pe_json_write_close(&l->w, '}');
	if (fclose(l->w.out) != 0)
		return -ENOMEM;
	r = pe_events_line(events, l->text, l->size);
	free(l->text);
	return r;
}

static bool has_stale(const struct pe_events *events)
{
	for (size_t i = 0; i < events->events; i++)
		if (strcmp(events->event[i].kind, "stale") == 0)
			return true;
	return false;
}

/* found.1 */
static int add_act(struct pe_events *events, const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_page_find *act = &s->find.page.find[0];
	struct line l;

	if (has_stale(events))
		return 0;
	if (!begin(&l, s, "stale", "critical"))
		return -ENOMEM;
	pe_json_write_text(&l.w, "call",
			   act->what == PE_FUZZ_PAGE_PRIORITY ? "setpriority"
			   : act->what == PE_FUZZ_PAGE_TRACE  ? "ptrace"
			   : act->what == PE_FUZZ_PAGE_CHANGE
				   ? pe_call_name((unsigned int)act->signal)
				   : "kill");
	pe_json_write_number(&l.w, "number", act->pid);
	pe_json_write_number(&l.w, "pid", act->sender);
	if (act->what == PE_FUZZ_PAGE_SIGNAL)
		pe_json_write_number(&l.w, "signal", act->signal);
	return end(&l, events);
}

static int add_difference(struct pe_events *events, const struct pe_fuzz_session *s)
{
	struct line l;

	if (!begin(&l, s, "differs", "error"))
		return -ENOMEM;
	pe_json_write_text(&l.w, "call", "exit");
	pe_json_write_number(&l.w, "number", s->find.outcome.status);
	return end(&l, events);
}

static int complete(struct pe_events *events, const struct pe_fuzz_session *s)
{
	if (s->find.result == PE_FUZZ_SESSION_ACTS)
		return add_act(events, s);
	return s->find.result == PE_FUZZ_SESSION_DIFFERS ? add_difference(events, s) : 0;
}

int pe_fuzz_found_open(struct pe_fuzz_found *f, const struct pe_fuzz_session *s)
{
	int r = 0;

	memset(f, 0, sizeof(*f));
	if (s->find.number) {
		r = read_events(&f->events, pe_fuzz_run_file(&s->run, "kept"));
		if (r == 0)
			r = complete(&f->events, s);
	}
	if (r != 0)
		return r;
	f->symbols = pe_symbols_open(&f->events);
	if (!f->symbols)
		return -ENOMEM;
	return pe_findings_make(&f->findings, &f->events, f->symbols, &s->suppress);
}

void pe_fuzz_found_close(struct pe_fuzz_found *f)
{
	if (f->symbols) {
		pe_findings_free(&f->findings);
		pe_symbols_close(f->symbols);
	}
	pe_events_free(&f->events);
}
