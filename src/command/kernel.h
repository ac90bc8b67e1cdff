/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel - the version of the running kernel, for what cannot be tried without a change to the
 * machine (probe.1).
 */
#ifndef PE_COMMAND_KERNEL_H
#define PE_COMMAND_KERNEL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

static inline bool pe_kernel_is_at_least(int major, int minor)
{
	struct utsname name;
	int of_kernel[2];

	return uname(&name) == 0 &&
	       sscanf(name.release, "%d.%d", &of_kernel[0], &of_kernel[1]) == 2 &&
	       (of_kernel[0] > major || (of_kernel[0] == major && of_kernel[1] >= minor));
}

#endif
