/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * account - what is kept for a process (S9), told to itself or read from outside.
 *
 *   .data.pidepoch of the library   | marker | settings ... | frame ... |
 *                                      '------ frame ---------^
 *
 * L.1  A reader from outside finds the marker in the library's writable memory, and believes it only if the version and both
 *      sizes are its own: another layout is refused, not guessed at.
 * L.2  All figures are read once, while they change: each is right by itself.
 */
#ifndef PE_CORE_ACCOUNT_H
#define PE_CORE_ACCOUNT_H

#include "contract.h"
#include "process.h"

#define PE_ACCOUNT_MAGIC "pidepoch: frame"

struct pe_account_marker {
	char magic[16];
	uint32_t version, process, settings, spare;
	const struct pe_process *frame; /* an address in its own process */
};

#define PE_ACCOUNT_VERSION 1u
#define PE_ACCOUNT_MARKER(at)                                                                      \
	{                                                                                          \
		.magic = PE_ACCOUNT_MAGIC, .version = PE_ACCOUNT_VERSION,                          \
		.process = sizeof(struct pe_process), .settings = sizeof(struct pe_settings),      \
		.frame = (at)                                                                      \
	}

/* one word for all that L.1 compares */
static inline uint64_t pe_account_layout(void)
{
	return (uint64_t)PE_ACCOUNT_VERSION << 48 | (uint64_t)sizeof(struct pe_process) << 24 |
	       sizeof(struct pe_settings);
}

struct pe_account {
	pe_clock_time now, sync; /* sync 0: it has not asked for references */
	uint64_t children, bytes, old_bytes, bound, retired_early;
};

/* @most: the process's own bound, 0: PE_SYNC_OLD_BYTES. @p may be a copy, and follows no pointer. */
void pe_account_of(const struct pe_process *p, size_t most, struct pe_account *a);

#endif
