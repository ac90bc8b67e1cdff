/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print - findings for people and for programs. One file for each form: print_<form>.c. No text of
 * an event file reaches a terminal, a JSON text or a page unescaped.
 */
#ifndef PE_REPORT_PRINT_H
#define PE_REPORT_PRINT_H

#include <stdio.h>

#include "report/findings.h"

void pe_print_text(FILE *out, const struct pe_findings *f);

/* from now on pe_print_text() uses colours */
void pe_print_use_colours(void);
void pe_print_json(FILE *out, const struct pe_findings *f);
void pe_print_sarif(FILE *out, const struct pe_findings *f);
void pe_print_html(FILE *out, const struct pe_findings *f);
void pe_print_suppressions(FILE *out, const struct pe_findings *f);

/* --- what they share --- */

/* "kill(345, SIGTERM)", into @to */
void pe_print_call(char *to, size_t size, const struct pe_events_event *e);

/* Why the stack of @m ends early, as a reason in words; NULL: it does not. */
const char *pe_print_stack_end(const struct pe_events_moment *m);

/* @text within the quotes of a JSON string, fit for a page's script as well */
void pe_print_escaped(FILE *out, const char *text);

/* the three moments of an event as JSON: "misused": {...}, "released": {...}, "obtained": {...} */
void pe_print_moments(FILE *out, const struct pe_findings *f, const struct pe_events_event *e);

/* The @n-th kind, from 0, and what it is in one sentence; false: there are no more. */
bool pe_print_kind(size_t n, const char **kind, const char **sentence);

/* one sentence about what a finding is, into @to */
void pe_print_sentence(char *to, size_t size, const struct pe_events_event *e);

#endif
