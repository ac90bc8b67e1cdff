// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: keeps a descriptor from the moment it is loaded
// Detected by: seen-descriptors.case
// Shown as: standard output
#include <fcntl.h>

__attribute__((constructor)) static void load(void)
{
	open("/dev/null", O_RDONLY | O_CLOEXEC);
}
