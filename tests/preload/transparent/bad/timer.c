// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: runs a timer
// Detected by: seen-timers.case
// Shown as: standard output
#include <stddef.h>
#include <sys/time.h>

__attribute__((constructor)) static void load(void)
{
	struct itimerval value = { .it_value.tv_sec = 3600 };

	setitimer(ITIMER_VIRTUAL, &value, NULL);
}
