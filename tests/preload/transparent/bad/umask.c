// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: changes an attribute of the process
// Detected by: seen-rest.case
// Shown as: standard output
#include <sys/stat.h>

__attribute__((constructor)) static void load(void)
{
	umask(077);
}
