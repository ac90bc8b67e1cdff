// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: starts a helper at each fork, and is tidy about it
// Detected by: seen-numbers.case
// Shown as: standard output
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	pid_t helper = vfork();

	if (!helper)
		_exit(0);
	waitpid(helper, NULL, 0);
	return real();
}
