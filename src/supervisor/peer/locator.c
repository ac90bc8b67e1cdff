// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/locator.h"

#include <string.h>

#include "core/maps.h"

uint64_t pe_locator_candidate(const char *line, const char *library, size_t *size)
{
	const char *name = strrchr(line, '/');
	struct pe_maps_line m;

	if (!name || strncmp(name + 1, library, strlen(library)) != 0 || !pe_maps_parse(line, &m) ||
	    !m.writable)
		return 0;
	*size = m.end - m.start;
	return m.start;
}

const char *pe_locator_search(const char *bytes, size_t size, const char *magic, size_t length,
			      size_t whole)
{
	for (size_t i = 0; i + whole <= size; i += sizeof(uint64_t))
		if (memcmp(bytes + i, magic, length) == 0)
			return bytes + i;
	return NULL;
}

bool pe_locator_find(const char *bytes, size_t size, struct pe_stats_marker *out)
{
	const char *at = pe_locator_search(bytes, size, PE_STATS_MAGIC, sizeof(PE_STATS_MAGIC),
					   sizeof(*out));

	if (at)
		memcpy(out, at, sizeof(*out));
	return at;
}

bool pe_locator_is_ours(const struct pe_stats_marker *m)
{
	return m->version == PE_STATS_VERSION && m->process == sizeof(struct pe_frame) &&
	       m->settings == sizeof(struct pe_settings);
}
