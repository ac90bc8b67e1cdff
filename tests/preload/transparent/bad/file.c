// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: writes a file where the program is
// Detected by: bad/quick.case
// Shown as: files left behind
#include <fcntl.h>

__attribute__((constructor)) static void load(void)
{
	open("log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}
