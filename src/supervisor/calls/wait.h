/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait - the calls that can reap. They are always continued; before that, the children that they
 * could reap are added to the child table.
 *
 * wait.1  A thread whose call is held neither forks nor reaps. So for a process with one thread,
 *         the children that exist now are all that this call can reap.
 * wait.2  Another thread may fork while a wait is under way, and the child may be reaped before its
 *         process is examined again. It is known if there are fork events (fork_events.h), and
 *         otherwise unknown: calls on it are continued. An entry in the table is never wrong.
 */
#ifndef PE_SUPERVISOR_CALLS_WAIT_H
#define PE_SUPERVISOR_CALLS_WAIT_H

#include "supervisor/worker/worker.h"

long pe_wait_serve(struct pe_worker_call *c);

#endif
