/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * segment - shared memory that the programs of one user find by a name: a System V segment, whose
 * key is a hash of the name.
 *
 * segment.1  The kernel makes a segment with its full size, in one call, and accounts for its
 *            memory then. No process can truncate it, so no access raises SIGBUS. Pages that are
 *            not touched take no memory.
 * segment.2  A segment is used only if this user made and owns it, no other user may use it, it has
 *            the expected size, and its first word is empty or the hash of the whole name: two
 *            names may have one key.
 * segment.3  A segment outlives the processes that used it: pgrep ends before its shell signals.
 *            The command removes a table whose run has ended (inspect/leftover.h). Else, one that
 *            no process has attached for 10 minutes is removed when the same user makes another
 *            one; while more than 64 are unattached, one that no process has attached for a minute;
 *            while more than 256 are, the rest of them at once.
 * segment.4  Attaching opens no descriptor. A fork attaches the child, an exec detaches.
 */
#ifndef PE_CORE_EVIDENCE_SEGMENT_H
#define PE_CORE_EVIDENCE_SEGMENT_H

#include "core/contract.h"

#define PE_SEGMENT_PREFIX 0x70u /* the high byte of every key */

#define PE_SEGMENT_QUIET  600 /* seconds */
#define PE_SEGMENT_RECENT 60  /* seconds */
#define PE_SEGMENT_KEPT	  64
#define PE_SEGMENT_MOST	  256

/* The key: never IPC_PRIVATE. */
int32_t pe_segment_key(const char *name);

/* The segment, or NULL. Its first 8 bytes are segment.2's. Signal-safe. */
void *pe_segment_attach(const char *name, size_t bytes, bool may_make);
void pe_segment_detach(void *at);

/* segment.3, for segments of this size. @now: seconds of the wall clock. */
void pe_segment_sweep(size_t bytes, int64_t now);

#endif
