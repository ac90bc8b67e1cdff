// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: leaves a child for the program to find
// Detected by: seen-children.case
// Shown as: standard output
#include <unistd.h>

__attribute__((constructor)) static void load(void)
{
	if (!fork())
		_exit(0);
}
