/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remote_tree - what a caller's own library has written down of its children, read from its memory:
 * the library's waits are not shown (core/token.h), and what they reaped is not in the child table.
 *
 *   call past the library on q ─> book: not there ─> marker (core/frame/stats.h) ─> frame ─> tree ─> q expired?
 *
 * remote_tree.1  The same question as the child table's, and the same answer: was q a child that
 *                this very process may have reaped since its exec? What it learned again counts as
 *                never reaped, since the library would let it pass.
 * remote_tree.2  The memory changes while it is read, by other threads. What moved is read again,
 *                and not believed in the end.
 * remote_tree.3  Where a frame is found is kept for the caller until its next exec. Who has no
 *                library is asked once. That exec may be under way in one thread while another
 *                calls: so it is looked for again where it is not the caller's, and with several
 *                threads nothing is kept of there being none.
 * remote_tree.4  A program cannot keep us busy with files of our name: a few are looked into.
 */
#ifndef PE_SUPERVISOR_REMOTE_TREE_H
#define PE_SUPERVISOR_REMOTE_TREE_H

#include "supervisor/serve.h"

/* 1, 0, or -EINPROGRESS (helper.h) */
long pe_remote_tree_has(struct pe_serve_call *c, int ns_pid);

#endif
