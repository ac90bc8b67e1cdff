// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: cannot do without an address space of a gigabyte
// Detected by: limits.case
// Shown as: standard output
#include <sys/mman.h>
#include <unistd.h>

__attribute__((constructor)) static void load(void)
{
	if (mmap(NULL, 1 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
	    MAP_FAILED)
		_exit(99);
}
