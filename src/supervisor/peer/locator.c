// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/locator.h"

#include <stdio.h>
#include <string.h>

uint64_t pe_locator_candidate(const char *line, size_t *size)
{
	const char *name = strrchr(line, '/');
	unsigned long from, to;
	char mode[5];

	if (!name || strncmp(name, "/libpidepoch", 12) != 0 ||
	    sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 || mode[1] != 'w')
		return 0;
	*size = to - from;
	return from;
}

bool pe_locator_find(const char *bytes, size_t size, struct pe_stats_marker *out)
{
	for (size_t i = 0; i + sizeof(*out) <= size; i += sizeof(uint64_t))
		if (memcmp(bytes + i, PE_STATS_MAGIC, sizeof(PE_STATS_MAGIC)) == 0) {
			memcpy(out, bytes + i, sizeof(*out));
			return true;
		}
	return false;
}

bool pe_locator_is_ours(const struct pe_stats_marker *m)
{
	return m->version == PE_STATS_VERSION && m->process == sizeof(struct pe_frame) &&
	       m->settings == sizeof(struct pe_settings);
}
