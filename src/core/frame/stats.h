/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats - how much is kept for a process (S9): for the process itself, or for a reader outside.
 *
 *   .data.pidepoch of the library   | marker | settings ... | frame ... |
 *                                      '------ frame ---------^
 *
 * stats.1  A reader outside finds the marker in the library's writable memory. It accepts the
 *          marker only if the version and both sizes equal its own; it does not interpret another
 *          layout.
 * stats.2  Each figure is read once while all of them may change. Each is correct, but they may be
 *          of different moments.
 */
#ifndef PE_CORE_FRAME_STATS_H
#define PE_CORE_FRAME_STATS_H

#include "core/contract.h"
#include "core/frame/frame.h"

#define PE_STATS_MAGIC "pidepoch: frame"

struct pe_stats_marker {
	char magic[16];
	uint32_t version, process, settings, spare;
	const struct pe_frame *frame; /* an address in that process */
};

#define PE_STATS_VERSION 1u
#define PE_STATS_MARKER(at)                                                                        \
	{                                                                                          \
		.magic = PE_STATS_MAGIC, .version = PE_STATS_VERSION,                              \
		.process = sizeof(struct pe_frame), .settings = sizeof(struct pe_settings),        \
		.frame = (at)                                                                      \
	}

/* one word that covers all that stats.1 compares */
static inline uint64_t pe_stats_layout(void)
{
	return (uint64_t)PE_STATS_VERSION << 48 | (uint64_t)sizeof(struct pe_frame) << 24 |
	       sizeof(struct pe_settings);
}

struct pe_stats {
	pe_clock_time now, sync; /* sync 0: the process has not asked for references */
	uint64_t children, released, bytes, old_bytes, bound, retired_early;
};

/* @most: the process's own bound, 0: PE_SYNC_POINT_OLD_BYTES. @p may be a copy of another process's
 * frame: no pointer in it is followed. */
void pe_stats_of(const struct pe_frame *p, size_t most, struct pe_stats *a);

#endif
