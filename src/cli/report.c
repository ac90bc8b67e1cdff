// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * report - "pidepoch report": read event files, resolve addresses to names, print findings.
 *
 * report.1  All options and files are checked and read before the first line is printed.
 * report.2  The exit status shows whether the files could be read. Findings change it only with
 *           --error-exitcode.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/image.h"
#include "report/print.h"
#include "command/message.h"
#include "cli/commands.h"
#include "command/colour.h"
#include "command/options.h"
#include "command/exit_status.h"

#define MANY 10000 /* events whose names take a second or more */

#define ERROR(status, ...) pe_message_error(status, "report", __VA_ARGS__)

static const struct form {
	const char *name;
	void (*print)(FILE *out, const struct pe_findings *f);
} forms[] = {
	{ "text", pe_print_text },
	{ "json", pe_print_json },
	{ "sarif", pe_print_sarif },
	{ "html", pe_print_html },
};

struct plan {
	const struct form *form;
	bool suppressions; /* print these instead */
	enum pe_events_severity least;
	int status; /* exit status if there are findings */
	struct pe_suppress suppress;
};

/* --- options --- */

static void take_form(struct plan *p, const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].name, name) == 0)
			p->form = &forms[i];
}

static void take_least(struct plan *p, const char *name)
{
	for (int s = 0; s < PE_EVENTS_SEVERITIES; s++)
		if (strcmp(pe_events_severity_name((enum pe_events_severity)s), name) == 0)
			p->least = (enum pe_events_severity)s;
}

static int take_status(struct plan *p)
{
	uint64_t n = 0;
	int r = pe_options_number("report", PE_OPTION_ERROR_EXITCODE, 1, 255, &n);

	p->status = (int)n;
	return r;
}

static int take_suppressions(struct plan *p, const char *name)
{
	FILE *f = fopen(name, "re");
	int r;

	if (!f)
		return ERROR(PE_EXIT_FAILED, "%s: %s", name, strerror(errno));
	r = pe_suppress_read(&p->suppress, f);
	fclose(f);
	if (r > 0)
		return ERROR(PE_EXIT_USAGE, "%s, line %d: not KIND:PATTERN, or an unknown kind",
			     name, r);
	return r < 0 ? ERROR(PE_EXIT_FAILED, "%s: %s", name, strerror(-r)) : 0;
}

static int take_option(struct plan *p, int option)
{
	switch (option) {
	case PE_OPTION_FORMAT:
		take_form(p, optarg);
		return 0;
	case PE_OPTION_DEBUG_DIR:
		pe_image_look_below(optarg);
		return *optarg ? 0 : ERROR(PE_EXIT_USAGE, "empty name for '--debug-dir'");
	case PE_OPTION_SUPPRESSIONS:
		return take_suppressions(p, optarg);
	case PE_OPTION_GEN_SUPPRESSIONS:
		p->suppressions = true;
		return 0;
	case PE_OPTION_AT_LEAST:
		take_least(p, optarg);
		return 0;
	case PE_OPTION_ERROR_EXITCODE:
		return take_status(p);
	case PE_OPTION_COLOUR:
		pe_colour_choose(optarg);
		return 0;
	default:
		return PE_EXIT_USAGE;
	}
}

/* 0, an exit status, or -1: --help was given */
static int read_options(struct plan *p, int argc, char **argv)
{
	int option, r = 0;

	while (r == 0 && (option = pe_options_next("report", argc, argv)) != PE_OPTION_END)
		r = option == PE_OPTION_HELP ? -1 : take_option(p, option);
	return r;
}

/* --- files --- */

static int read_file(struct pe_events *e, const char *name)
{
	size_t known = e->events + e->modules, unreadable = e->unreadable;
	bool input = strcmp(name, "-") == 0;
	FILE *f = input ? stdin : fopen(name, "re");
	int r;

	if (!f)
		return ERROR(PE_EXIT_FAILED, "%s: %s", name, strerror(errno));
	r = pe_events_read(e, f);
	if (!input)
		fclose(f);
	if (r == 0 && e->unreadable - unreadable > 0 && e->events + e->modules == known)
		return ERROR(PE_EXIT_FAILED, "%s: not an event file (see 'run --events')",
			     input ? "standard input" : name);
	return r < 0 ? ERROR(PE_EXIT_FAILED, "%s: %s", name, strerror(-r)) : 0;
}

static void omit_below(struct pe_events *e, enum pe_events_severity least)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->events; i++)
		if (e->event[i].severity <= least)
			e->event[kept++] = e->event[i];
	e->events = kept;
}

/* On a terminal, while many events are looked up; an empty text removes the line. */
static void print_progress(const char *text, size_t events)
{
	if (events < MANY || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K");
	if (*text)
		fprintf(stderr, "pidepoch report: %s %zu events", text, events);
}

static int show(const struct plan *p, const struct pe_events *e)
{
	struct pe_symbols *symbols = pe_symbols_open(e);
	struct pe_findings findings;
	int r;

	print_progress("looking up", e->events);
	r = symbols ? pe_findings_make(&findings, e, symbols, &p->suppress) : -ENOMEM;
	print_progress("", e->events);
	if (r < 0)
		return ERROR(PE_EXIT_FAILED, "out of memory");
	if (*pe_colour(PE_COLOUR_TITLE))
		pe_print_use_colours();
	if (p->suppressions)
		pe_print_suppressions(stdout, &findings);
	else
		p->form->print(stdout, &findings);
	r = pe_message_flush("report");
	if (r == 0 && findings.findings > 0)
		r = p->status;
	pe_findings_free(&findings);
	pe_symbols_close(symbols);
	return r;
}

int pe_report_main(int argc, char **argv)
{
	struct plan plan = { .form = &forms[0], .least = PE_EVENTS_NOTE };
	struct pe_events events = { .events = 0 };
	int r = read_options(&plan, argc, argv);

	if (r < 0)
		return pe_options_help("report");
	if (r == 0 && optind == argc)
		r = isatty(0) ? ERROR(PE_EXIT_USAGE, "needs a FILE, or events on standard input")
			      : read_file(&events, "-");
	for (; r == 0 && optind < argc; optind++)
		r = read_file(&events, argv[optind]);
	if (r == 0) {
		omit_below(&events, plan.least);
		r = show(&plan, &events);
	}
	pe_events_free(&events);
	pe_suppress_free(&plan.suppress);
	return r;
}
