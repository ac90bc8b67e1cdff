/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * all - kill(-1) with SIGKILL or SIGSTOP: to all processes that the caller may signal, except the
 * supervisor's own.
 */
#ifndef PE_SUPERVISOR_CALLS_ALL_H
#define PE_SUPERVISOR_CALLS_ALL_H

#include "supervisor/worker/worker.h"

long pe_all_serve(struct pe_worker_call *c);

#endif
