/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * killpg - a signal to the group that the process of a reference leads or led.
 *
 *   pin the leader (reference.h) ─┬─ held ──> gate: kill(-pid)
 *                                 ├─ pidfd ─> PIDFD_SIGNAL_PROCESS_GROUP by it
 *                                 └─ gone: its inode is known (group.h, foreign.h), b <= e?
 *                                          ──> the same by its handle
 *
 * killpg.1  S1: the signal is sent only if b(leader) <= e. While the group exists, no other process
 *           has its pid, so the process that the handle names is the holder that S1 asks for.
 * killpg.2  The signal reaches members of that group or no process. Before Linux 6.9, and for a
 *           leader that is no child, this is best effort.
 */
#ifndef PE_CORE_REFERENCE_KILLPG_H
#define PE_CORE_REFERENCE_KILLPG_H

#include "core/contract.h"
#include "core/frame/frame.h"

/* 0; -ESRCH, -PE_EEPOCH: the group is gone, or not known to be there; -EINVAL, -EPERM; -EMFILE and
 * the like. Signal-safe, any thread. */
long pe_killpg(struct pe_frame *p, struct pe_thread *t, int pid, uint32_t epoch, int signal);

#endif
