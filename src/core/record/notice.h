/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notice - one event, one line, one write(2).
 *
 * notice.1  A notice goes to the log if there is one (opened close-on-exec and appending for this
 *           one write). Otherwise it goes to descriptor 2, but only while that is still the same
 *           file as at the start.
 * notice.2  Foreign text (program names) is written without control characters.
 * notice.3  Async-signal-safe; keeps no state.
 * notice.4  A notice that cannot be written is lost, and the program does not learn of it
 *           (append.3).
 */
#ifndef PE_CORE_RECORD_NOTICE_H
#define PE_CORE_RECORD_NOTICE_H

#include "core/contract.h"
#include "core/evidence/evidence.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

void pe_notice_stale(const struct pe_frame *p, const struct pe_use *u, const struct pe_known *k,
		     enum pe_outcome outcome);

/* A call that is stale by evidence (evidence.h). */
void pe_notice_evidence(const struct pe_frame *p, const struct pe_use *u,
			const struct pe_evidence_finding *f, enum pe_outcome outcome);

/* Record which file descriptor 2 is now (notice.1). */
void pe_notice_know_stderr(struct pe_settings *set);

/* Write one sentence, with "pidepoch: NAME[PID]: " before it and a newline after it. */
void pe_notice_sentence(const struct pe_settings *set, const char *first, const char *second);

#endif
