// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: sets a variable of another name than ours
// Detected by: seen-environment.case
// Shown as: standard output
#include <stdlib.h>

__attribute__((constructor)) static void load(void)
{
	setenv("PRELOADED", "yes", 1);
}
