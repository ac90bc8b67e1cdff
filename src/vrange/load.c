/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* load - what the library does when it is loaded, and the one place that knows errno. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "vrange/boundary.h"
#include "vrange/number.h"
#include "vrange/state.h"

long vr_boundary(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

long (*vr_number_next)(long nr, ...);
int vr_number_compat = -1;

static int compat(const char *version)
{
	if (version && strcmp(version, "v9") == 0)
		return VR_NUMBER_V9;
	return version && strcmp(version, "v13") == 0 ? VR_NUMBER_V13 : -1;
}

__attribute__((constructor)) static void load(void)
{
	vr_state_configure(secure_getenv("VRANGE_FORCE_OLD"), secure_getenv("VRANGE_LEDGER"));
	vr_number_compat = compat(secure_getenv("VRANGE_COMPAT"));
	vr_number_next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	pthread_atfork(vr_state_fork_prepare, vr_state_fork_parent, vr_state_fork_child);
}
