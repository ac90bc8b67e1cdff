/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events - files of events (docs/events.md), read back.
 *
 * events.1  Any bytes may be given. A line that is none of the format is counted and passed over,
 *           the rest is read.
 * events.2  Bounded: lines of PE_EVENTS_LINE bytes, PE_EVENTS_MOST events and as many modules; what
 *           is over is counted too.
 * events.3  Fields that are missing, of another type or out of range have a default; strings are
 *           never NULL.
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
};

/* how a number was obtained, released or misused */
struct pe_events_moment {
	bool known;
	const char *call;
	uint64_t ago_ms; /* before the event */
	uint64_t tid;	 /* 0: not known */
	struct pe_events_stack stack;
	const char *stack_end; /* why it ends early; "": it does not, or that is not known */
};

struct pe_events_event {
	const char *kind, *program, *outcome;
	enum pe_events_severity severity;
	int64_t time_ms; /* since 1970 */
	uint64_t pid, number;
	int signal; /* -1: none */
	bool group; /* the call was for the group that process `number` led */
	bool inherited, by_any;
	struct pe_events_moment used, obtained, released;
	struct {
		bool known;
		const char *comm, *exe; /* exe: "" where it could not be read */
		uint64_t parent, age_ms;
	} holder;
	struct {
		bool known;
		const char *kind, *path; /* path: "" where it is no file's */
		uint64_t ago_ms, source; /* source: the descendant that learned it, or 0 */
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
	char **string;	   /* each different one once */
	size_t strings, strings_room;
};

/* Read all of @f. 0 or -errno (of reading, or of memory). */
int pe_events_read(struct pe_events *e, FILE *f);

/* one line, without its newline; it is changed. 0 or -ENOMEM */
int pe_events_line(struct pe_events *e, char *line, size_t length);

void pe_events_free(struct pe_events *e);

const char *pe_events_severity_name(enum pe_events_severity s);

#endif
