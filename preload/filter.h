/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * filter - the program is about to install its own seccomp filter, or strict mode. Some filters
 * kill the process for calls that the program does not make but this library does. So the filter is
 * examined first, and if it would kill, the library makes no such call from then on.
 */
#ifndef PE_PRELOAD_FILTER_H
#define PE_PRELOAD_FILTER_H

#include "lib/preload_api.h"

/* Make @call, which installs @program (struct sock_fprog, the program's pointer), or strict mode if
 * it is NULL. Returns its result. */
long pe_own_filter_install(const void *program, const struct pe_gate_call *call);

#endif
