/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mark - volatile ranges of private anonymous memory: the kernel itself purges. In mark.c,
 * unmark.c and, for VRANGE_ZERO, zero.c.
 *
 *   mark:    fill what was never written (zero page) -> register MISSING|SIGBUS -> MADV_FREE
 *   purge:   reclaim drops clean pages when it needs memory; their entry becomes empty
 *   access:  an empty entry in a registered range raises SIGBUS
 *   unmark:  MADV_POPULATE_WRITE makes each survivor dirty, and fails if an entry is empty
 *            -> on a loss, drop the rest (FULL) or make the survivors dirty (PARTIAL) -> unregister
 *
 * mark.1  A page is registered before MADV_FREE and until it is dirty: while it can be dropped, an
 *         access to the dropped page is seen. The other order reads zeros.
 * mark.2  Only what is lost is missing: a page that was never written gets the zero page before it
 *         is registered. Where a range is volatile already, a missing page is a lost one and stays.
 * mark.3  MADV_FREE would drop a page that is swapped out. Such a page is left as it is.
 * mark.4  Once this process has forked, only pages that are mapped once are freed: a page that
 *         another process holds unmarked is not taken from either.
 * mark.5  All of a range is checked before any of it is changed. What fails after that is undone;
 *         registering and unregistering lose nothing.
 * mark.6  A destructive call (MADV_DONTNEED) is made only after the kernel has confirmed that the
 *         memory is registered with us: the ledger may name memory that was unmapped since.
 * mark.7  A mapping without an anonymous page is not copied by fork. Before a fork each range gets
 *         one, or its zero pages would be missing in the child and look lost.
 *
 * Context: under the lock of state.h. Results are >= 0 or -errno.
 */
#ifndef VR_MARK_H
#define VR_MARK_H

#include "vrange/state.h"

/* 0, or -errno and nothing has changed. @strict: -EOPNOTSUPP where it would be without effect. */
int vr_mark(struct vr_state *st, struct vr_span s, bool strict);

/* The same, but lost pages read as zeros: nothing is registered, and a witness tells (witness.h).
 * Works where userfaultfd is forbidden. -EBUSY: a part is volatile already. */
int vr_mark_zero(struct vr_state *st, struct vr_span s, bool strict);

/* 0 intact, 1 lost. @partial: survivors keep their content. */
int vr_mark_undo(struct vr_state *st, struct vr_span s, bool partial);

/* Gives the pages of registered memory to the kernel, as mark.3 and mark.4 allow. @shared: a
 * forked process may have them, too. */
int vr_mark_free(struct vr_span s, bool shared);

/* 0: every page of @s is dirty now. -EFAULT: one is lost. -EACCES: not writable. */
int vr_mark_dirty(struct vr_state *st, struct vr_span s);

/* Where memory cannot be marked: the checks of a mark, and the mark of what is a file's. @strict:
 * -EOPNOTSUPP if there is memory. */
int vr_mark_files(struct vr_state *st, struct vr_span s, bool strict);

/* Makes @part of a VRANGE_ZERO entry dirty. Is a page of it lost? */
bool vr_mark_zero_lost(struct vr_state *st, const struct vr_ledger_entry *e, struct vr_span part);

#endif
