// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: keeps a descriptor for a child, from the first fork on
// Detected by: seen-descriptors.case
// Shown as: standard output
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/pidfd.h>
#include <unistd.h>

pid_t fork(void)
{
	static int kept;
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	pid_t pid = real();

	if (pid > 0 && !kept++)
		pidfd_open(pid, 0);
	return pid;
}
