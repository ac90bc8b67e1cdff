/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* learned - the pids that another process has evidence for, read from its memory: what it saw
 * itself, not what is in the run's table. */
#ifndef PE_INSPECT_LEARNED_H
#define PE_INSPECT_LEARNED_H

#include "core/evidence/evidence.h"
#include "inspect/status.h"

#define PE_LEARNED_MOST 64

struct pe_learned {
	uint32_t pid;
	enum pe_evidence_kind kind;
	int64_t ago;		  /* ms since the evidence: the look, or the file's last change */
	char path[PE_FILES_PATH]; /* of a file, in printable characters; else "" */
};

/* @status: as pe_status_read() filled it in. Returns how many were stored, or -errno. */
int pe_learned_read(pid_t pid, const struct pe_status *status,
		    struct pe_learned list[PE_LEARNED_MOST]);

#endif
