/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print - the output of `pidepoch fuzz` for people: a progress line, and what was found.
 */
#ifndef PE_FUZZ_PRINT_H
#define PE_FUZZ_PRINT_H

#include "fuzz/session.h"

/* On a terminal, one line that is overwritten: the totals of all runs so far and of the current
 * run. */
void pe_fuzz_print_progress(const struct pe_fuzz_session *s);
void pe_fuzz_print_progress_end(void);

/* What the session has found, or that it has found nothing. */
void pe_fuzz_print_result(const struct pe_fuzz_session *s);

/* "signal 9 (KILL) reached an unrelated process, pid 3001, sent by pid 3000", into @to */
void pe_fuzz_print_act(const struct pe_fuzz_page_find *f, char *to, size_t size);

/* The difference that the reuse makes, as two clauses, into @to. */
void pe_fuzz_print_difference(const struct pe_fuzz_session *s, char *to, size_t size);

#endif
