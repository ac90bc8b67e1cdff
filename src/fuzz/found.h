/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * found - the find of a session as findings of src/report, so that all forms of output have one
 * writer.
 *
 * found.1  An act that no event describes, since the library and the supervisor did not see the
 *          call, is an event of the kind "stale" without a stack. A run that ends differently is an
 *          event of the kind "differs".
 */
#ifndef PE_FUZZ_FOUND_H
#define PE_FUZZ_FOUND_H

#include "fuzz/session.h"
#include "report/findings.h"

struct pe_fuzz_found {
	struct pe_events events;
	struct pe_symbols *symbols;
	struct pe_findings findings;
};

/* 0 or -errno; close it in any case. */
int pe_fuzz_found_open(struct pe_fuzz_found *f, const struct pe_fuzz_session *s);
void pe_fuzz_found_close(struct pe_fuzz_found *f);

#endif
