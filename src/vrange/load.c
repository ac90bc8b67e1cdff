/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* load - what the library does when it is loaded, and the one place that knows errno. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "vrange/boundary.h"
#include "vrange/state.h"

long vr_boundary(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

__attribute__((constructor)) static void load(void)
{
	vr_state_configure(secure_getenv("VRANGE_FORCE_OLD"), secure_getenv("VRANGE_LEDGER"));
	pthread_atfork(vr_state_fork_prepare, vr_state_fork_parent, vr_state_fork_child);
}
