/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait - the calls that can reap. They are always let through; before that, the children that they
 * could reap are written down.
 *
 * wait.1  While a thread's call is held that thread neither forks nor reaps. So for a process with
 *         one thread the children that are there now are all that this call can reap: none is
 *         missed.
 * wait.2  Another thread may fork while a wait is under way, and a child be born and reaped before
 *         its process is looked at again. It is known where the kernel tells births (births.h), and
 *         stays unknown elsewhere (it passes). What was seen is never wrong.
 */
#ifndef PE_SUPERVISOR_WAIT_H
#define PE_SUPERVISOR_WAIT_H

#include "supervisor/serve.h"

long pe_wait_serve(struct pe_serve_call *c);

#endif
