/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notice - one line for people about a stale use, to where the settings say (sink.h).
 *
 * notice.1  Foreign text (program names) is written without control characters.
 * notice.2  Async-signal-safe; keeps no state but that of sink.h.
 */
#ifndef PE_CORE_RECORD_NOTICE_H
#define PE_CORE_RECORD_NOTICE_H

#include "core/contract.h"
#include "core/evidence/evidence.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

/* 0, or -errno: it could not be written where it belongs. */
long pe_notice_stale(const struct pe_frame *p, const struct pe_use *u, const struct pe_known *k,
		     enum pe_outcome outcome);

/* The same for a call that is stale by evidence (evidence.h). */
long pe_notice_evidence(const struct pe_frame *p, const struct pe_use *u,
			const struct pe_evidence_finding *f, enum pe_outcome outcome);

/* Write one sentence, with "pidepoch: NAME[PID]: " before it and a newline after it. */
void pe_notice_sentence(const struct pe_settings *set, const char *first, const char *second);

#endif
