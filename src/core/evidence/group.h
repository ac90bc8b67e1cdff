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
 *              q was reaped, no note > no group was missed (group.8): there is none: stale
 *                                      else, a task has pid q: the group is gone: stale
 *                                      else: not proven; passes, reported
 *
 * group.1  A note names a process that was an unreaped child of this process after its pidfd had
 *          been opened: waitid(P_PIDFD) confirms it.
 * group.2  Every reap makes the note first. A leader that has left its own group is noted too: what
 *          counts is whether the group exists, not which group the leader is in.
 * group.3  Recording a birth under the same pid drops the note, because the kernel does not hand
 *          out a pid while a group or a session has it. If the child was reaped before its birth
 *          was recorded, the note stays: it is the child's own, or names a group that is gone.
 * group.4  ESTALE means "gone" only after a handle was seen to open after its leader was reaped: by
 *          'pidepoch run' (PIDEPOCH_HANDLES), or here. If none has opened, and several did not
 *          although a group with that pid had members, this kernel is not asked again.
 * group.5  Every other error (EPERM in a container, EMFILE, ENFILE) proves nothing.
 * group.6  The pidfd opened by a handle refers to that leader. A signal by it reaches members of
 *          the group that the process led, or no process.
 * group.7  The number of notes is bounded. A process without groups pays one system call per reap.
 * group.8  Nothing can make group q after q has ended. So a child without a note left no group, if
 *          at each reap there was no group or a note was made. That is no longer certain once a
 *          note could not be made, or once a group without a leader exists with the pid of a child
 *          that went away without a reap (SIGCHLD ignored, a wait that bypasses the library).
 */
#ifndef PE_CORE_EVIDENCE_GROUP_H
#define PE_CORE_EVIDENCE_GROUP_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

/* A value that no system call returns: there is no note, or it proves nothing. */
#define PE_GROUP_UNKNOWN (INT64_MIN + 8)
/* The same: the group is gone. */
#define PE_GROUP_GONE (INT64_MIN + 9)

/* Note the inode of @pid, an unreaped child of this process. Returns the inode, or 0 if it was not
 * noted. Signal-safe, any thread; takes the frame's lock. */
uint64_t pe_group_note(struct pe_frame *p, uint32_t pid);

/* A group exists, and there is no note. */
#define PE_GROUP_NOT_NOTED UINT64_MAX

/* The same, if a group @pid exists; 0: there is none. For the time just before the reap of a
 * zombie. Until the reap another thread may make it, and the group be an unrelated one: the result
 * counts only if this thread reaps the child. */
uint64_t pe_group_note_if_led(struct pe_frame *p, uint32_t pid);

/* As above, for a child that went away without a reap: 0, or PE_GROUP_NOT_NOTED. */
uint64_t pe_group_of_lost(struct pe_frame *p, uint32_t pid);

/* A child is about to be released, and its group is not noted: from now on a child without a note
 * proves nothing (group.8). */
static inline void pe_group_released(struct pe_frame *p, uint64_t group)
{
	if (unlikely(group == PE_GROUP_NOT_NOTED))
		atomic_store(&p->groups.unasked, true);
}

/* The child with that note has been reaped: test whether handles work on this kernel (group.4). */
void pe_group_reaped(struct pe_frame *p, uint32_t pid, uint64_t group);

/* Lock held: a birth is about to be recorded. @early_reaps: a child has been reaped since before
 * the fork (group.3). */
void pe_group_born(struct pe_frame *p, uint32_t pid, bool early_reaps);

/* For a call on a group whose leader is no unreaped child of this process: make the call on the
 * noted group. Returns its result, or one of the two values above. */
long pe_group_act(struct pe_frame *p, const struct pe_use *u);

/* A pidfd of the process with that inode, reaped or not, for PIDFD_SIGNAL_PROCESS_GROUP;
 * close-on-exec. -ESTALE: its group and session are gone; another -errno: not proven. */
int pe_group_open(struct pe_frame *p, uint64_t inode);

#endif
