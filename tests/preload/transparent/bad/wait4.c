// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: gives CPython a wait4 status that is not the child's
// Detected by: ../cpython/test_wait4.suite
// Shown as: DIFFERENT test.test_wait4
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/wait.h>

pid_t wait4(pid_t pid, int *status, int options, struct rusage *used)
{
	pid_t (*real)(pid_t, int *, int, struct rusage *) =
		(pid_t(*)(pid_t, int *, int, struct rusage *))dlsym(RTLD_NEXT, "wait4");
	pid_t got = real(pid, status, options, used);

	if (got > 0 && status)
		*status ^= 1 << 8;
	return got;
}
