/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * follow - read what is appended to event files while programs write to them.
 *
 * follow.1  A line is passed on when it is complete, once, in the order of the file.
 * follow.2  Lines that are not events are skipped, and so are events from before `since`.
 * follow.3  A file that no process writes any more is closed. How much of it was read is kept, so
 *           that a later process that writes to it shows its own events only.
 */
#ifndef PE_CLI_FOLLOW_H
#define PE_CLI_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/events.h"

struct pe_follow {
	struct pe_follow_file *file;
	size_t files;
	int64_t since; /* ms since 1970 */
};

/* @line: the event as it is in the file, without a newline */
typedef void pe_follow_each(void *context, const struct pe_events_event *e, const char *line);

/* Follow @path, from its end or from its beginning; a file that was followed before, from where it
 * was left. Returns the file's number, >= 0, or -errno. */
int pe_follow_add(struct pe_follow *f, const char *path, bool from_end);

/* Close all files but those for whose number @is_written returns true. */
void pe_follow_close(struct pe_follow *f, bool (*is_written)(const void *context, int file),
		     const void *context);

/* Pass on the new lines. 0 or -errno. */
int pe_follow_read(struct pe_follow *f, pe_follow_each each, void *context);

void pe_follow_free(struct pe_follow *f);

#endif
