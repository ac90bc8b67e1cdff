// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * watch_print - text: "14:03:07.125 prog[12]: kill(4711, SIGTERM): stale, refused"
 * JSON: a line of an event file (docs/events.md), with the fields that are known.
 */
#include "cli/watch_print.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/colour.h"
#include "report/json_write.h"
#include "report/plain.h"
#include "report/print.h"

static void print_clock(int64_t ms)
{
	const time_t seconds = ms / 1000;
	char text[16];
	struct tm tm;

	strftime(text, sizeof(text), "%H:%M:%S", localtime_r(&seconds, &tm));
	printf("%s.%03d ", text, (int)(ms % 1000));
}

int64_t pe_watch_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void print_program(const char *name, long long pid)
{
	pe_plain_print(stdout, name);
	if (pid)
		printf("[%lld]", pid);
	printf(": ");
}

static void print_kind(const char *kind, enum pe_events_severity severity)
{
	static const enum pe_colour colours[PE_EVENTS_SEVERITIES] = {
		[PE_EVENTS_CRITICAL] = PE_COLOUR_BAD,
		[PE_EVENTS_ERROR] = PE_COLOUR_BAD,
		[PE_EVENTS_WARNING] = PE_COLOUR_SO_SO,
		[PE_EVENTS_NOTE] = PE_COLOUR_NONE,
	};

	printf(": %s", pe_colour(colours[severity]));
	pe_plain_print(stdout, kind);
	printf("%s", pe_colour(PE_COLOUR_NONE));
}

/* the words of a notice for the outcome in an event */
static const char *outcome_in(const char *word)
{
	return strcmp(word, "passed") == 0     ? "let through"
	       : strcmp(word, "aborting") == 0 ? "aborted"
					       : word;
}

void pe_watch_print_event(const struct pe_events_event *e, const char *line, bool json)
{
	char call[128];

	if (json) {
		printf("%s\n", line);
		return;
	}
	print_clock(e->time_ms);
	print_program(e->program, (long long)e->pid);
	pe_print_call(call, sizeof(call), e);
	pe_plain_print(stdout, call);
	print_kind(e->kind, e->severity);
	printf(", ");
	pe_plain_print(stdout, outcome_in(e->outcome));
	if (e->holder.known) {
		printf("; held by '");
		pe_plain_print(stdout, e->holder.comm);
		printf("'");
	}
	putchar('\n');
}

const char *pe_watch_kind(const struct pe_uses_use *u)
{
	return u->signal == 0 ? "probe" : u->latent ? "latent" : "stale";
}

static enum pe_events_severity severity_of(const struct pe_uses_use *u)
{
	if (u->signal == 0)
		return u->latent ? PE_EVENTS_NOTE : PE_EVENTS_WARNING;
	if (u->latent)
		return PE_EVENTS_WARNING;
	return u->outcome == PE_OUTCOME_PASSED ? PE_EVENTS_CRITICAL : PE_EVENTS_ERROR;
}

static void print_json(const struct pe_uses_use *u)
{
	static const char *const outcomes[] = { "passed", "refused", "aborting" };
	struct pe_json_write w = { .out = stdout };
	const int64_t now = pe_watch_now_ms();

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_number(&w, "pidepoch", 2);
	pe_json_write_text(&w, "type", u->missed ? "missed" : "event");
	if (u->missed)
		pe_json_write_number(&w, "count", u->missed);
	else
		pe_json_write_text(&w, "kind", pe_watch_kind(u));
	if (!u->missed)
		pe_json_write_text(&w, "severity", pe_events_severity_name(severity_of(u)));
	fprintf(pe_json_write_raw(&w, "time"), "%lld.%03d", (long long)(now / 1000),
		(int)(now % 1000));
	if (u->pid)
		pe_json_write_number(&w, "pid", u->pid);
	pe_json_write_text(&w, "program", u->comm);
	if (!u->missed) {
		pe_json_write_text(&w, "call", pe_call_name(u->call));
		pe_json_write_number(&w, "number", u->number);
		if (u->signal != PE_USE_NO_SIGNAL)
			pe_json_write_number(&w, "signal", u->signal);
		pe_json_write_text(&w, "outcome", outcomes[u->outcome]);
	}
	pe_json_write_close(&w, '}');
	putchar('\n');
}

void pe_watch_print_use(const struct pe_uses_use *u, bool json)
{
	char call[128];

	if (json) {
		print_json(u);
		return;
	}
	print_clock(pe_watch_now_ms());
	print_program(u->comm, u->pid);
	if (u->missed) {
		printf("%u more stale use%s, not shown\n", u->missed, u->missed == 1 ? "" : "s");
		return;
	}
	pe_uses_call(call, sizeof(call), u);
	printf("%s", call);
	print_kind(pe_watch_kind(u), severity_of(u));
	printf(", %s\n", pe_uses_outcome(u->outcome));
}
