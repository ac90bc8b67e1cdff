/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * all - kill(-1) with SIGKILL or SIGSTOP: to everybody whom the caller may signal, but not to those
 * who answer its calls.
 */
#ifndef PE_SUPERVISOR_ALL_H
#define PE_SUPERVISOR_ALL_H

#include "supervisor/serve.h"

long pe_all_serve(struct pe_serve_call *c);

/* is it the monitor or the worker? */
bool pe_all_is_ours(const struct pe_serve *s, int pid);

#endif
