// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/lost.h"

#include <errno.h>
#include <string.h>

#include "report/findings.h"

static bool is_ignored(const struct pe_events_event *e)
{
	return strcmp(e->kind, "ignored") == 0;
}

static void keep_lost_only(struct pe_events *e, bool *ignored)
{
	size_t kept = 0;

	*ignored = false;
	for (size_t i = 0; i < e->events; i++) {
		*ignored |= is_ignored(&e->event[i]);
		if (is_ignored(&e->event[i]) || strcmp(e->event[i].kind, "stolen-wait") == 0)
			e->event[kept++] = e->event[i];
	}
	e->events = kept;
}

static long count(const struct pe_events *e, const struct pe_suppress *suppress)
{
	struct pe_symbols *symbols = pe_symbols_open(e);
	struct pe_findings findings;
	long n = -ENOMEM;

	if (symbols && pe_findings_make(&findings, e, symbols, suppress) == 0) {
		n = (long)findings.findings;
		pe_findings_free(&findings);
	}
	if (symbols)
		pe_symbols_close(symbols);
	return n;
}

long pe_fuzz_lost_count(const char *path, const struct pe_suppress *suppress, bool *ignored)
{
	struct pe_events events = { .events = 0 };
	FILE *f = fopen(path, "re");
	long n;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	n = pe_events_read(&events, f);
	fclose(f);
	if (n == 0) {
		keep_lost_only(&events, ignored);
		n = events.events ? count(&events, suppress) : 0;
	}
	pe_events_free(&events);
	return n;
}
