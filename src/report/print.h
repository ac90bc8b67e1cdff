/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print - prints findings as text, JSON, SARIF or HTML (print_<format>.c). Text from an event file
 * is escaped before it reaches a terminal, JSON or a page.
 */
#ifndef PE_REPORT_PRINT_H
#define PE_REPORT_PRINT_H

#include <stdio.h>

#include "report/findings.h"
#include "report/json_write.h"

void pe_print_text(FILE *out, const struct pe_findings *f);

/* Let pe_print_text() use colours. */
void pe_print_use_colours(void);
void pe_print_json(FILE *out, const struct pe_findings *f);
void pe_print_sarif(FILE *out, const struct pe_findings *f);
void pe_print_html(FILE *out, const struct pe_findings *f);
void pe_print_suppressions(FILE *out, const struct pe_findings *f);

/* --- shared by the formats --- */

/* Write "kill(345, SIGTERM)" to @to. */
void pe_print_call(char *to, size_t size, const struct pe_events_event *e);

/* The reason why the stack of @m ends early, as text; NULL: it is whole. */
const char *pe_print_stack_end(const struct pe_events_moment *m);

/* Print the moments of an event: "misused": {...}, "released": {...}, "obtained": {...} */
void pe_print_moments(struct pe_json_write *w, const struct pe_findings *f,
		      const struct pe_events_event *e);

/* The kind with index @n, and a sentence that explains it. false: there are no more kinds. */
bool pe_print_kind(size_t n, const char **kind, const char **sentence);

/* Write a sentence that describes the finding of @e to @to. */
void pe_print_sentence(char *to, size_t size, const struct pe_events_event *e);

#endif
