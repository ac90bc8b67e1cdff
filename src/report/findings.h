/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * findings - events put together: what has the same stacks is one finding, however often it came.
 *
 * findings.1  Same means: kind, severity, call, outcome, and the same functions and lines in all
 *             three stacks, in whatever process and at whatever addresses. Without stacks: the same
 *             program too.
 * findings.2  The worst come first; among equals the most frequent, then the earliest.
 * findings.3  A suppressed finding is counted and not printed.
 */
#ifndef PE_REPORT_FINDINGS_H
#define PE_REPORT_FINDINGS_H

#include "report/events.h"
#include "report/suppress.h"
#include "report/symbols.h"

struct pe_findings_finding {
	const struct pe_events_event *first; /* the earliest */
	uint64_t key, count;
};

struct pe_findings {
	const struct pe_events *events;
	struct pe_symbols *symbols;
	struct pe_findings_finding *finding; /* sorted, the suppressed ones left out */
	size_t findings, suppressed;
	size_t *of_event; /* index of each event's finding; findings: it is suppressed */
};

/* 0 or -ENOMEM */
int pe_findings_make(struct pe_findings *f, const struct pe_events *e, struct pe_symbols *s,
		     const struct pe_suppress *suppress);
void pe_findings_free(struct pe_findings *f);

/* the stack of a moment, frame by frame: call @each with 0, 1, ... until it returns false */
typedef bool (*pe_findings_each)(void *context, unsigned int n, const struct pe_symbols_frame *f);
void pe_findings_walk(const struct pe_findings *f, const struct pe_events_event *e,
		      const struct pe_events_stack *stack, pe_findings_each each, void *context);

#endif
