/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* locator - find the frame of the preload library in a process's memory (stats.1). These are the
 * steps of the search; the caller reads the memory. */
#ifndef PE_SUPERVISOR_PEER_LOCATOR_H
#define PE_SUPERVISOR_PEER_LOCATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/frame/stats.h"

#define PE_LOCATOR_LIBRARY "libpidepoch"
#define PE_LOCATOR_LARGEST (1u << 20) /* bytes of a library's writable memory */

/* The start and @size of the mapping in a line of /proc/N/maps, if it is writable and the name of
 * its file begins with @library; else 0. */
uint64_t pe_locator_candidate(const char *line, const char *library, size_t *size);

/* The first place in @bytes, aligned to 8 bytes, that begins with @magic and has @whole bytes; or
 * NULL. */
const char *pe_locator_search(const char *bytes, size_t size, const char *magic, size_t length,
			      size_t whole);

/* The first frame locator in @size bytes; false: there is none. */
bool pe_locator_find(const char *bytes, size_t size, struct pe_stats_marker *out);

/* stats.1 */
bool pe_locator_is_ours(const struct pe_stats_marker *m);

#endif
