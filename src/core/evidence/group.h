/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group - the process group that a child of this process led (S15).
 *
 *   child q is a zombie ── group q exists? ── note: q -> inode of its pidfd
 *
 *   kill(-q)   q is unreaped ────────> hold its slot, kill(-q)                     (guard.c)
 *              q was reaped, noted ──> open_by_handle_at(inode)
 *                                        opens:  PIDFD_SIGNAL_PROCESS_GROUP by it
 *                                        ESTALE: the group is gone: stale
 *              q was reaped, no note > a task has pid q: the group is gone: stale
 *                                      no task has it: not proven; passes, reported
 *
 * group.1  A note names a process that was an unreaped child of this process after its pidfd was
 *          opened: waitid(P_PIDFD) says so.
 * group.2  Every reap makes its note first. A leader that has left its own group is noted, too: the
 *          group is asked for, and not the group of the leader.
 * group.3  A birth recorded under the same pid drops the note: the kernel does not hand out a pid
 *          while a group or a session bears it. A child that was reaped before its birth was
 *          recorded keeps the note: it is its own, or names a group that is gone.
 * group.4  ESTALE means gone only after a handle was seen to open whose leader had been reaped: by
 *          'pidepoch run' (PIDEPOCH_HANDLES), or here. A kernel on which one did not open although
 *          its group had members is not asked again.
 * group.5  Every other error (EPERM in a container, EMFILE, ENFILE) proves nothing.
 * group.6  The pidfd that a handle gives is of that leader. A signal by it reaches members of the
 *          group that it led, or no process.
 * group.7  Notes are bounded. A process without groups pays one system call for each reap.
 */
#ifndef PE_CORE_EVIDENCE_GROUP_H
#define PE_CORE_EVIDENCE_GROUP_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

/* Not a result of any system call: there is no note, or it proves nothing. */
#define PE_GROUP_UNKNOWN (INT64_MIN + 8)
/* The group that the note names is gone. */
#define PE_GROUP_GONE (INT64_MIN + 9)

/* Note the inode of @pid, an unreaped child of this process. The inode, or 0: not noted.
 * Signal-safe, any thread; takes the frame's lock. */
uint64_t pe_group_note(struct pe_frame *p, uint32_t pid);

/* The same, if a group @pid exists: before the reap of a zombie. */
uint64_t pe_group_note_if_led(struct pe_frame *p, uint32_t pid);

/* The child with that note has been reaped: learn from it whether handles work here (group.4). */
void pe_group_reaped(struct pe_frame *p, uint32_t pid, uint64_t inode);

/* Lock held: a birth is about to be recorded. @strays: children have been reaped since before the
 * fork (group.3). */
void pe_group_born(struct pe_frame *p, uint32_t pid, bool early_reaps);

/* @u->group, and its leader is no unreaped child of ours: make the call on the noted group. Its
 * result, or one of the two above. */
long pe_group_act(struct pe_frame *p, const struct pe_use *u);

/* A pidfd of the process with that inode, reaped or not, for PIDFD_SIGNAL_PROCESS_GROUP;
 * close-on-exec. -ESTALE: its group and session are gone; another -errno: not proven. */
int pe_group_open(struct pe_frame *p, uint64_t inode);

#endif
