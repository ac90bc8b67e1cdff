// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * print_html - a self-contained page: page_head.html and page_tail.html with the findings and the
 * events between them, as JSON data.
 */
#include "report/print.h"

#include "report/page.h"

/* [finding, pid used, pid of the program, time, ms since obtained, ms since released, age of the
 * holder in ms]; -1: unknown. `time` is in ms since 1970. */
static void event(struct pe_json_write *w, const struct pe_events_event *e, size_t finding)
{
	const bool history = e->obtained.known && e->released.known;

	pe_json_write_open(w, NULL, '[');
	pe_json_write_number(w, NULL, (int64_t)finding);
	pe_json_write_number(w, NULL, (int64_t)e->number);
	pe_json_write_number(w, NULL, (int64_t)e->pid);
	pe_json_write_number(w, NULL, e->time_ms);
	pe_json_write_number(w, NULL, history ? (int64_t)e->obtained.ago_ms : -1);
	pe_json_write_number(w, NULL, history ? (int64_t)e->released.ago_ms : -1);
	pe_json_write_number(w, NULL, e->holder.known ? (int64_t)e->holder.age_ms : -1);
	pe_json_write_close(w, ']');
}

static void events(struct pe_json_write *w, const struct pe_findings *f)
{
	pe_json_write_open(w, "timeline", '[');
	for (size_t i = 0; i < f->events->events; i++) {
		if (f->of_event[i] == f->findings)
			continue;
		pe_json_write_line(w);
		event(w, &f->events->event[i], f->of_event[i]);
	}
	pe_json_write_close(w, ']');
}

static void data(FILE *out, const struct pe_findings *f)
{
	struct pe_json_write w = { .out = out };

	pe_json_write_open(&w, NULL, '{');
	events(&w, f);
	pe_print_json(pe_json_write_raw(&w, "report"), f);
	pe_json_write_close(&w, '}');
}

void pe_print_html(FILE *out, const struct pe_findings *f)
{
	/* both labels are in one object of page.S */
	/* cppcheck-suppress comparePointers */
	fwrite(pe_page_head, 1, (size_t)(pe_page_tail - pe_page_head), out);
	fprintf(out, "<script type=\"application/json\" id=\"data\">");
	data(out, f);
	fprintf(out, "</script>\n");
	/* cppcheck-suppress comparePointers */
	fwrite(pe_page_tail, 1, (size_t)(pe_page_end - pe_page_tail), out);
}
