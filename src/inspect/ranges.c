/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inspect/ranges.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time/identity.h"
#include "supervisor/peer/locator.h"
#include "supervisor/peer/memory.h"
#include "vrange/marker.h"

/* marker.1 */
static int read_counts(const struct pe_memory *m, const struct vr_marker *marker,
		       struct pe_ranges *r)
{
	uint64_t count[VR_MARKER_COUNTS];
	int err = marker->version == VR_MARKER_VERSION ? 0 : -EPROTO;

	for (int i = 0; i < VR_MARKER_COUNTS && err == 0; i++)
		err = pe_memory_read(m, (uintptr_t)marker->count[i], &count[i], sizeof(count[i]));
	if (err)
		return err;
	r->debt = count[VR_MARKER_DEBT];
	r->armed = count[VR_MARKER_ARMED] + count[VR_MARKER_RANGES];
	r->purged = count[VR_MARKER_LOST];
	return 0;
}

static int search(const struct pe_memory *m, uint64_t from, size_t size, struct pe_ranges *r)
{
	struct vr_marker marker;
	char *bytes = malloc(size);
	int err = bytes ? pe_memory_read(m, from, bytes, size) : -ENOMEM;
	const char *at = NULL;

	if (err == 0) {
		at = pe_locator_search(bytes, size, VR_MARKER_NAME, sizeof(VR_MARKER_NAME),
				       sizeof(marker));
		err = at ? 0 : -ENOENT;
	}
	if (at) {
		memcpy(&marker, at, sizeof(marker));
		err = read_counts(m, &marker, r);
	}
	free(bytes);
	return err;
}

static int search_all(const struct pe_memory *m, struct pe_ranges *r)
{
	FILE *maps = pe_memory_maps(m);
	char *line = NULL;
	size_t room = 0, size;
	int err = -ENOENT;

	while (maps && err == -ENOENT && getline(&line, &room, maps) >= 0) {
		const uint64_t from = pe_locator_candidate(line, "libvrange.so", &size);

		if (from && size <= PE_LOCATOR_LARGEST)
			err = search(m, from, size, r);
	}
	free(line);
	if (maps)
		fclose(maps);
	return err;
}

int pe_ranges_read(pid_t pid, struct pe_ranges *r)
{
	struct pe_memory m;
	int err;

	if (pe_identity_proc_is_ours() != 0)
		return -ENODATA;
	err = pe_memory_open(&m, "/proc/", pid);
	if (err < 0)
		return err == -ESRCH ? err : -EACCES;
	err = search_all(&m, r);
	pe_memory_close(&m);
	return err;
}
