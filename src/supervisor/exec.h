/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec - the pids in a program's memory go with it: what it knew is forgotten (frame.3). Should the
 * call fail, the program goes on with pids that pass.
 */
#ifndef PE_SUPERVISOR_EXEC_H
#define PE_SUPERVISOR_EXEC_H

#include "supervisor/serve.h"

long pe_exec_serve(struct pe_serve_call *c);

/* Is there nothing to forget of this caller, as of most who execute something? Then it need not
 * become known. */
bool pe_exec_is_first(const struct pe_serve *s, int tid);

#endif
