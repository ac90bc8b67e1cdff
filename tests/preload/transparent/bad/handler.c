// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: takes a signal for itself
// Detected by: seen-signals.case
// Shown as: standard output
#include <signal.h>

static void take(int sig)
{
	(void)sig;
}

__attribute__((constructor)) static void load(void)
{
	signal(SIGCHLD, take);
}
