/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* watch_print - the lines of "pidepoch watch". */
#ifndef PE_CLI_WATCH_PRINT_H
#define PE_CLI_WATCH_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "inspect/uses.h"
#include "report/events.h"

/* The wall clock, ms since 1970. */
int64_t pe_watch_now_ms(void);

/* "stale", "latent" or "probe" (docs/events.md) */
const char *pe_watch_kind(const struct pe_uses_use *u);

/* One line for an event of a file. @line: the event as it is there, which is the line as JSON. */
void pe_watch_print_event(const struct pe_events_event *e, const char *line, bool json);

/* One line for a use that was seen in the program, or for those that were missed. */
void pe_watch_print_use(const struct pe_uses_use *u, bool json);

#endif
