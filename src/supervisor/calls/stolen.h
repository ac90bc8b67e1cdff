/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stolen - a wait by pid comes too late: another wait has taken the child's status.
 *
 * stolen.1  Reported if the pid was a child, is none now, and no wait for it by pid has been
 *           notified while it was one. So a second wait for a child that was waited for is no
 *           event; and neither is a status that was taken between a poll by pid and the next.
 * stolen.2  Only with stacks, since the stack shows whether the caller has the library, which
 *           reports its own.
 */
#ifndef PE_SUPERVISOR_CALLS_STOLEN_H
#define PE_SUPERVISOR_CALLS_STOLEN_H

#include "supervisor/worker/worker.h"

/* The caller waits for @ns_pid by pid. CONTINUE or -EINPROGRESS. */
long pe_stolen_check(struct pe_worker_call *c, int ns_pid);

#endif
