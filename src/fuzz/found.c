// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/found.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/print.h"

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

/* The line of an event without its end: the kind, the time and the program are there. */
static FILE *begin(char **line, size_t *size, const struct pe_fuzz_session *s, const char *kind,
		   const char *severity)
{
	FILE *f = open_memstream(line, size);

	if (!f)
		return NULL;
	fprintf(f, "{\"pidepoch\":1,\"type\":\"event\",\"kind\":\"%s\",\"severity\":\"%s\",", kind,
		severity);
	fprintf(f, "\"time\":%lld,\"outcome\":\"passed\",\"program\":\"", (long long)time(NULL));
	pe_print_escaped(f, s->plan.command[0]);
	putc('"', f);
	return f;
}

static int end(FILE *f, char **line, const size_t *size, struct pe_events *events)
{
	int r;

	fputs("}", f);
	if (fclose(f) != 0)
		return -ENOMEM;
	r = pe_events_line(events, *line, *size);
	free(*line);
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
	char *line;
	size_t size;
	FILE *f;

	if (has_stale(events))
		return 0;
	f = begin(&line, &size, s, "stale", "critical");
	if (!f)
		return -ENOMEM;
	fprintf(f, ",\"call\":\"%s\",\"number\":%u,\"pid\":%d",
		act->what == PE_FUZZ_PAGE_PRIORITY ? "setpriority"
		: act->what == PE_FUZZ_PAGE_TRACE  ? "ptrace"
						   : "kill",
		act->pid, act->sender);
	if (act->what == PE_FUZZ_PAGE_SIGNAL)
		fprintf(f, ",\"signal\":%d", act->signal);
	return end(f, &line, &size, events);
}

static int add_difference(struct pe_events *events, const struct pe_fuzz_session *s)
{
	char *line;
	size_t size;
	FILE *f = begin(&line, &size, s, "differs", "error");

	if (!f)
		return -ENOMEM;
	fprintf(f, ",\"call\":\"exit\",\"number\":%d", s->find.outcome.status);
	return end(f, &line, &size, events);
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
