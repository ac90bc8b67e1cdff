// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: turns death by a signal into an exit
// Detected by: bad/quick.case
// Shown as: status
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

int kill(pid_t pid, int sig)
{
	(void)pid;
	_exit(128 + sig);
}
