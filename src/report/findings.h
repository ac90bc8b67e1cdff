/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * findings - groups of equal events. Each group is one finding, with a count.
 *
 * findings.1  Events are equal if kind, severity, call and outcome are equal, and all three stacks
 *             have the same functions and lines. Processes and addresses do not matter. Events
 *             without stacks are equal only if the program is the same, too.
 * findings.2  Findings are sorted by severity, the most severe first; then by count, the most
 *             frequent first; then by time.
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
	struct pe_findings_finding *finding; /* sorted, without the suppressed ones */
	size_t findings, suppressed;
	size_t *of_event; /* index of the finding of each event; `findings` if it is suppressed */
};

/* 0 or -ENOMEM */
int pe_findings_make(struct pe_findings *f, const struct pe_events *e, struct pe_symbols *s,
		     const struct pe_suppress *suppress);
void pe_findings_free(struct pe_findings *f);

/* Call @each with each frame of the stack, and with 0, 1, ..., until it returns false. */
typedef bool (*pe_findings_each)(void *context, unsigned int n, const struct pe_symbols_frame *f);
void pe_findings_walk(const struct pe_findings *f, const struct pe_events_event *e,
		      const struct pe_events_stack *stack, pe_findings_each each, void *context);

#endif
