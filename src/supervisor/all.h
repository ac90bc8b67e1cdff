/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * all - kill(-1) with SIGKILL or SIGSTOP: to all processes that the caller may signal, except the
 * supervisor's own.
 */
#ifndef PE_SUPERVISOR_ALL_H
#define PE_SUPERVISOR_ALL_H

#include "supervisor/serve.h"

long pe_all_serve(struct pe_serve_call *c);

/* Is @pid the monitor, the worker or a helper? */
bool pe_all_is_ours(const struct pe_serve *s, int pid);

#endif
