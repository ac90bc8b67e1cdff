/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group_note - the inodes of children that lead or led a group: the group of a reaped leader is
 * found by it (core/evidence/group.h).
 *
 *   a wait for child q, an exec of q, a kill(-q) ── group q exists? ── note: (parent, q) -> inode
 *   kill(-q) after the reap ── open_by_handle_at(inode) ── opens: the same group; ESTALE: it ended
 *
 * group_note.1  A note names a process that was a child of its parent after its pidfd had been
 *               opened.
 * group_note.2  ESTALE counts only if 'pidepoch run' has seen a handle open after its leader's
 *               reap.
 * group_note.3  There are at most 1,024 notes, and a killed worker's are lost. Without a note only
 *               the pid is left.
 * group_note.4  Only in the supervisor's own pid namespace.
 */
#ifndef PE_SUPERVISOR_CALLS_GROUP_NOTE_H
#define PE_SUPERVISOR_CALLS_GROUP_NOTE_H

#include "supervisor/worker/worker.h"

/* Note the child @pid of the process @parent, if a group of that pid exists. */
void pe_group_note_child(const struct pe_worker *s, uint64_t parent_identity, int parent, int pid);

/* The process @tid calls exec: it may lead a group. */
void pe_group_note_exec(const struct pe_worker *s, int tid);

enum pe_group_note_state { PE_GROUP_NOTE_UNKNOWN, PE_GROUP_NOTE_LIVES, PE_GROUP_NOTE_ENDED };

/* What is known of the group that the child @pid led. */
enum pe_group_note_state pe_group_note_find(const struct pe_worker *s, uint64_t parent_identity,
					    int pid);

#endif
