/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * filter - the program is about to get a seccomp filter of its own, or strict mode. Some forbid by
 * death: also calls that the program does not make, and this library does. So the filter is read
 * beforehand, and where it is deadly nothing of ours is done from then on.
 */
#ifndef PE_PRELOAD_FILTER_H
#define PE_PRELOAD_FILTER_H

#include "lib/preload_api.h"

/* Make @call, which installs @program (struct sock_fprog, the program's pointer), or strict mode if
 * it is NULL. Returns its result. */
long pe_own_filter_install(const void *program, const struct pe_gate_call *call);

#endif
