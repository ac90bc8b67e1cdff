/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange - what libvrange can do on this machine, for pidepoch doctor.
 */
#ifndef PE_CLI_VRANGE_H
#define PE_CLI_VRANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "report/json_write.h"

struct pe_vrange {
	int level;	   /* 1 to 4 (vrange(7)), or -errno: the library could not be asked */
	bool userfaultfd;  /* an ordinary process may have one */
	bool pressure;	   /* /proc/pressure/memory can be read */
	bool cgroup_limit; /* the memory cgroup of this process has a limit */
};

void pe_vrange_examine(struct pe_vrange *v);
void pe_vrange_print_text(const struct pe_vrange *v);
void pe_vrange_print_json(struct pe_json_write *w, const struct pe_vrange *v); /* "vrange":{...} */

#endif
