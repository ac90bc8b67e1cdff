/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/text.h"
#include "vrange/cgroup.h"
#include "vrange/headroom.h"

static uint64_t available(void)
{
	uint64_t kilobytes;
	char text[256];
	long n = pe_sys_slurp("/proc/meminfo", text, sizeof(text) - 1);
	const char *value;

	text[n > 0 ? n : 0] = '\0';
	value = pe_text_field(text, "MemAvailable");
	if (!value || pe_text_digits(value, NULL, 10, &kilobytes) == value)
		return UINT64_MAX;
	return kilobytes * 1024;
}

uint64_t vr_headroom(void)
{
	const uint64_t machine = available(), group = vr_cgroup_read().left;

	return group < machine ? group : machine;
}
