// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * print_html - a self-contained page: page_head.html and page_tail.html with the findings and the
 * events between them, as JSON data.
 */
#include "report/print.h"

#include <inttypes.h>

#include "report/page.h"

/* [finding, pid used, pid of the program, time, ms since obtained, ms since released, age of the
 * holder in ms]; -1: unknown. `time` is in ms since 1970. */
static void event(FILE *out, const struct pe_events_event *e, size_t finding)
{
	fprintf(out, "[%zu,%" PRIu64 ",%" PRIu64 ",%" PRId64, finding, e->number, e->pid,
		e->time_ms);
	if (e->obtained.known && e->released.known)
		fprintf(out, ",%" PRIu64 ",%" PRIu64, e->obtained.ago_ms, e->released.ago_ms);
	else
		fprintf(out, ",-1,-1");
	if (e->holder.known)
		fprintf(out, ",%" PRIu64 "]", e->holder.age_ms);
	else
		fprintf(out, ",-1]");
}

static void events(FILE *out, const struct pe_findings *f)
{
	const char *comma = "";

	fprintf(out, "\"timeline\":[");
	for (size_t i = 0; i < f->events->events; i++) {
		if (f->of_event[i] == f->findings)
			continue;
		fprintf(out, "%s\n", comma);
		event(out, &f->events->event[i], f->of_event[i]);
		comma = ",";
	}
	fprintf(out, "]");
}

void pe_print_html(FILE *out, const struct pe_findings *f)
{
	/* both labels are in one object of page.S */
	/* cppcheck-suppress comparePointers */
	fwrite(pe_page_head, 1, (size_t)(pe_page_tail - pe_page_head), out);
	fprintf(out, "<script type=\"application/json\" id=\"data\">{");
	events(out, f);
	fprintf(out, ",\"report\":");
	pe_print_json(out, f);
	fprintf(out, "}</script>\n");
	/* cppcheck-suppress comparePointers */
	fwrite(pe_page_tail, 1, (size_t)(pe_page_end - pe_page_tail), out);
}
