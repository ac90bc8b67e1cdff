// SPDX-License-Identifier: LGPL-2.1-or-later
#include "marker.h"

#include <stdio.h>
#include <string.h>

uint64_t pe_marker_candidate(const char *line, size_t *size)
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

bool pe_marker_find(const char *bytes, size_t size, struct pe_account_marker *out)
{
	for (size_t i = 0; i + sizeof(*out) <= size; i += sizeof(uint64_t))
		if (memcmp(bytes + i, PE_ACCOUNT_MAGIC, sizeof(PE_ACCOUNT_MAGIC)) == 0) {
			memcpy(out, bytes + i, sizeof(*out));
			return true;
		}
	return false;
}

bool pe_marker_is_ours(const struct pe_account_marker *m)
{
	return m->version == PE_ACCOUNT_VERSION && m->process == sizeof(struct pe_process) &&
	       m->settings == sizeof(struct pe_settings);
}
