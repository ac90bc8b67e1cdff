// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: says something on standard error when it is loaded
// Detected by: bad/quick.case
// Shown as: standard error
#include <unistd.h>

__attribute__((constructor)) static void load(void)
{
	if (write(2, "loaded\n", 7) != 7)
		_exit(3);
}
