// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: gives the program a wait status that is not the child's
// Detected by: bash-pipes.case
// Shown as: standard output
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/wait.h>

pid_t waitpid(pid_t pid, int *status, int options)
{
	pid_t (*real)(pid_t, int *, int) = (pid_t(*)(pid_t, int *, int))dlsym(RTLD_NEXT, "waitpid");
	pid_t got = real(pid, status, options);

	if (got > 0 && status && WIFEXITED(*status) && WEXITSTATUS(*status) == 3)
		*status = 4 << 8;
	return got;
}
