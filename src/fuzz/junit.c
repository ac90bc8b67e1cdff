// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/junit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fuzz/print.h"
#include "report/plain.h"
#include "report/print.h"

/* XML has no way to write control characters, so they are '?'. */
static void escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' || c > 126)
			fprintf(out, "&#%u;", c);
		else
			putc(c < ' ' && c != '\n' && c != '\t' ? '?' : c, out);
	}
}

static void put_name(FILE *out, const struct pe_fuzz_session *s)
{
	for (char **a = s->plan.command; *a; a++) {
		if (a != s->plan.command)
			putc(' ', out);
		escaped(out, *a);
	}
}

static void put_message(FILE *out, const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_session_find *f = &s->find;
	char text[512] = "statuses of children were lost";

	if (f->result == PE_FUZZ_SESSION_ACTS)
		pe_fuzz_print_act(&f->page.find[0], text, sizeof(text));
	else if (f->result == PE_FUZZ_SESSION_DIFFERS)
		pe_fuzz_print_difference(s, text, sizeof(text));
	escaped(out, text);
}

/* The report of the events, as for people. */
static void put_report(FILE *out, const struct pe_findings *f)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	pe_print_text(memory, f);
	fclose(memory);
	escaped(out, text);
	free(text);
}

static void put_run(FILE *out, const struct pe_fuzz_session *s, const struct pe_fuzz_session_run *r,
		    const struct pe_findings *f)
{
	fprintf(out,
		"  <testcase name=\"run %u (%s)\" classname=\"pidepoch.fuzz\" time=\"%" PRIu64
		".%03" PRIu64 "\"",
		r->number, r->policy, r->ms / 1000, r->ms % 1000);
	if (s->find.number == r->number) {
		fprintf(out, ">\n    <failure message=\"");
		put_message(out, s);
		fprintf(out, "\">");
		put_report(out, f);
		fprintf(out, "</failure>\n  </testcase>\n");
	} else if (s->find.result == PE_FUZZ_SESSION_UNREACHED) {
		fprintf(out, "><skipped message=\"no pid was released\"/></testcase>\n");
	} else {
		fprintf(out, "/>\n");
	}
}

void pe_fuzz_junit_put(FILE *out, const struct pe_fuzz_session *s, const struct pe_findings *f)
{
	bool skipped = s->find.result == PE_FUZZ_SESSION_UNREACHED;
	uint64_t ms = 0;

	for (size_t i = 0; i < s->listed; i++)
		ms += s->list[i].ms;
	fprintf(out, "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n<testsuites>\n"
		     "<testsuite name=\"pidepoch fuzz: ");
	put_name(out, s);
	fprintf(out,
		"\" tests=\"%zu\" failures=\"%d\" errors=\"0\" skipped=\"%zu\" time=\"%" PRIu64
		".%03" PRIu64 "\">\n",
		s->listed, s->find.number != 0, skipped ? s->listed : 0, ms / 1000, ms % 1000);
	for (size_t i = 0; i < s->listed; i++)
		put_run(out, s, &s->list[i], f);
	fprintf(out, "</testsuite>\n</testsuites>\n");
}
