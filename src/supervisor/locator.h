/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* locator - where in a process's memory its library keeps its frame (stats.1): the steps of a
 * search, for who reads in his own way. */
#ifndef PE_SUPERVISOR_LOCATOR_H
#define PE_SUPERVISOR_LOCATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/frame/stats.h"

#define PE_LOCATOR_LARGEST (1u << 20) /* bytes of a library's writable memory */

/* Of a line of /proc/N/maps: where it begins, and @size, if it is writable, and of a file of our
 * name; else 0 */
uint64_t pe_locator_candidate(const char *line, size_t *size);

/* the first one in @size bytes; false: there is none */
bool pe_locator_find(const char *bytes, size_t size, struct pe_stats_marker *out);

/* stats.1 */
bool pe_locator_is_ours(const struct pe_stats_marker *m);

#endif
