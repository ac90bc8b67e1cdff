/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remote_tree - the tree of a caller's own library, read from its memory. The library's waits are
 * not notified (core/token.h), so the children that they reaped are not in the child table.
 *
 *   raw call on q ──> not in the child table ──> frame locator (core/frame/stats.h)
 *                 ──> frame ──> tree ──> is q expired?
 *
 * remote_tree.1  It answers the same question as the child table: was q a child that this process
 *                may have reaped since its exec? A pid that the process has learned again counts as
 *                never reaped, since the library would let the call through.
 * remote_tree.2  Other threads change the memory while it is read. If something has moved, it is
 *                read again; if it moves each time, the answer is that q was no child.
 * remote_tree.3  The address of a frame is kept for the caller until its next exec. A process
 *                without the library is searched once. An exec may be under way in one thread while
 *                another calls: so the search is repeated if the frame found is not the caller's,
 *                and for a process with several threads a missing library is not recorded.
 * remote_tree.4  Only a few mappings of files with our library's name are searched, so that a
 *                program cannot keep the supervisor busy with many.
 */
#ifndef PE_SUPERVISOR_WORKER_REMOTE_TREE_H
#define PE_SUPERVISOR_WORKER_REMOTE_TREE_H

#include "supervisor/worker/worker.h"

/* 1, 0, or -EINPROGRESS (helper.h) */
long pe_remote_tree_has(struct pe_worker_call *c, int ns_pid);

#endif
