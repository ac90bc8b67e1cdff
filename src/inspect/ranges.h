/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ranges - the volatile memory of another process, read from its memory (src/vrange/marker.h). The
 * process is not stopped or changed. */
#ifndef PE_INSPECT_RANGES_H
#define PE_INSPECT_RANGES_H

#include <stdint.h>
#include <sys/types.h>

/* bytes */
struct pe_ranges {
	uint64_t debt;	 /* volatile, and not yet given to the kernel */
	uint64_t armed;	 /* given to the kernel, which may purge it */
	uint64_t purged; /* found lost so far */
};

/* 0, or -errno: -ESRCH no such process; -EACCES its memory may not be read; -ENOENT it has no
 * libvrange.so; -ENODATA /proc is missing or of another pid namespace; -EPROTO another version */
int pe_ranges_read(pid_t pid, struct pe_ranges *r);

#endif
