// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: now and then takes a living process for one that is gone
// Detected by: perl-processes.case
// Shown as: standard output
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>

int kill(pid_t pid, int sig)
{
	static int calls;
	int (*real)(pid_t, int) = (int (*)(pid_t, int))dlsym(RTLD_NEXT, "kill");

	if (pid > 0 && !sig && ++calls % 3 == 1) {
		errno = ESRCH;
		return -1;
	}
	return real(pid, sig);
}
