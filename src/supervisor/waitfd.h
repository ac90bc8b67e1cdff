/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitfd - PIDEPOCH_NR_waitfd: a descriptor to sleep upon, which hangs up when there may be news of
 * an entry.
 *
 *   the caller: poll ── pipe ── the worker: epoll { pidfd, pidfd, ... }
 *                         '── closed when one of them ends; and by the kernel when the worker does
 *
 * waitfd.1  A hint: who was asked about is looked at again afterwards. It comes at once where there
 *           is news already.
 * waitfd.2  The worker holds the descriptors, not the program, and none of them once there was
 *           news, or the program has closed its end.
 * waitfd.3  Bounded: past half of what the worker may have, ENFILE.
 * waitfd.4  They are one worker's. Whoever sleeps when it is killed is woken, and asks again.
 */
#ifndef PE_SUPERVISOR_WAITFD_H
#define PE_SUPERVISOR_WAITFD_H

#include "supervisor/serve.h"

long pe_waitfd_give(struct pe_serve_call *c);

/* to be polled for POLLIN; -1: nobody sleeps */
int pe_waitfd_fd(void);
void pe_waitfd_turn(void);

/* the worker ends, or becomes a monitor */
void pe_waitfd_end(void);

#endif
