/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitfd - PIDEPOCH_NR_waitfd: a descriptor that hangs up when the state of an entry may have
 * changed.
 *
 *   the caller: poll ── pipe ── the worker: epoll { pidfd, pidfd, ... }
 *                         '── closed when one of them ends; and by the kernel when the worker does
 *
 * waitfd.1  The hang-up is a hint: the program then asks for the states again. It comes at once if
 *           a state has changed already.
 * waitfd.2  The worker holds the pidfds, not the program. It closes them after the hang-up, and
 *           when the program has closed its end.
 * waitfd.3  Bounded: ENFILE if more than half of the worker's descriptors are in use.
 * waitfd.4  The pipes belong to one worker. If it is killed, the kernel hangs up all of them, and
 *           the programs ask again.
 */
#ifndef PE_EMULATE_WAITFD_H
#define PE_EMULATE_WAITFD_H

#include "supervisor/worker/worker.h"

long pe_waitfd_give(struct pe_worker_call *c);

/* To be polled for POLLIN; -1: no program waits. */
int pe_waitfd_fd(void);
void pe_waitfd_turn(void);

/* Before the worker ends or becomes a monitor. */
void pe_waitfd_end(void);

#endif
