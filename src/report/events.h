/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events - the reader of event files (docs/events.md).
 *
 * events.1  The input may be any bytes. A line that does not have the format is counted and
 *           skipped.
 * events.2  Bounded: lines of PE_EVENTS_LINE bytes, PE_EVENTS_MOST events and as many modules. The
 *           rest is counted as unreadable.
 * events.3  A field that is missing, has another type or is out of range gets a default. Strings
 *           are never NULL.
 */
#ifndef PE_REPORT_EVENTS_H
#define PE_REPORT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PE_EVENTS_LINE	65536u
#define PE_EVENTS_MOST	1000000u
#define PE_EVENTS_DEPTH 16u

enum pe_events_severity {
	PE_EVENTS_CRITICAL,
	PE_EVENTS_ERROR,
	PE_EVENTS_WARNING,
	PE_EVENTS_NOTE,
	PE_EVENTS_SEVERITIES
};

struct pe_events_stack {
	unsigned int depth;
	uint64_t address[PE_EVENTS_DEPTH];
	uint64_t set; /* of modules, if it is not the event's; else 0 */
};

/* how a pid was obtained, released or misused */
struct pe_events_moment {
	bool known;
	const char *call;
	uint64_t ago_ms; /* before the event */
	uint64_t tid;	 /* 0: not known */
	/* of `released`, if another process than the event's has released it: its pid, else 0; and
	 * its command line, or "" */
	uint64_t process;
	const char *command_line;
	struct pe_events_stack stack;
	const char *stack_end; /* why the stack ends early; "": it is whole, or not known */
};

struct pe_events_event {
	const char *kind, *program, *outcome;
	const char *command_line; /* "" where it is not known */
	enum pe_events_severity severity;
	int64_t time_ms; /* since 1970 */
	uint64_t pid, number;
	int signal; /* -1: none */
	bool group; /* the call was for the group that process `number` led */
	bool inherited, by_any;
	struct pe_events_moment used, obtained, released;
	struct {
		bool known;
		const char *comm, *exe; /* exe: "" if it could not be read */
		uint64_t parent, age_ms;
	} holder;
	struct {
		bool known, dated;	 /* dated: ago_ms is known */
		const char *kind, *path; /* path: "" if the evidence is not a file */
		uint64_t ago_ms, source; /* source: the process that learned it, or 0 */
	} evidence;
	uint64_t set; /* of modules; 0: none */
};

struct pe_events_module {
	uint64_t set, start, end, offset;
	const char *build_id, *path;
};

struct pe_events {
	struct pe_events_event *event;
	struct pe_events_module *module;
	size_t events, modules, events_room, modules_room;
	size_t unreadable; /* lines */
	char **string;	   /* each different string once */
	size_t strings, strings_room;
};

/* Read all of @f. 0; -errno of the read; -ENOMEM. */
int pe_events_read(struct pe_events *e, FILE *f);

/* Read one line, without its newline. The line is modified. 0 or -ENOMEM. */
int pe_events_line(struct pe_events *e, char *line, size_t length);

void pe_events_free(struct pe_events *e);

const char *pe_events_severity_name(enum pe_events_severity s);

#endif
