// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: fails with another error than the kernel's
// Detected by: bash-stale.case
// Shown as: standard error
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>

int kill(pid_t pid, int sig)
{
	int (*real)(pid_t, int) = (int (*)(pid_t, int))dlsym(RTLD_NEXT, "kill");
	int got = real(pid, sig);

	if (got && errno == ESRCH)
		errno = EPERM;
	return got;
}
