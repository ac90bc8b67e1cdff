// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: leaves a process behind
// Detected by: bad/quick.case
// Shown as: processes left behind
#include <unistd.h>

__attribute__((constructor)) static void load(void)
{
	if (fork())
		return;
	for (;;)
		pause();
}
