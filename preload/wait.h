/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wait - the wait family, with the peek of the caller: libc's, or the raw call. 0 or more, or
 * -errno. */
#ifndef PE_PRELOAD_WAIT_H
#define PE_PRELOAD_WAIT_H

#include "real.h"

/* Can the engine serve these arguments in this context? If not, the caller makes the plain call. */
bool pe_wait4_ours(pid_t pid, int options);
bool pe_waitid_ours(int options);

long pe_wait4_by(pe_reap_peek peek, enum pe_call by, pid_t pid, int *status, int options,
		 struct rusage *used);

#endif
