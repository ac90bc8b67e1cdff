/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sink - where notices go: standard error, a file, the journal or the system log.
 *
 *   set->log   NULL       standard error
 *              /...       a file (append.h)
 *              "journal"  one datagram of fields to /run/systemd/journal/socket
 *              "syslog"   one datagram to /dev/log
 *
 * sink.1  Standard error is used only while descriptor 2 is still the same file as at the start.
 * sink.2  A notice that cannot be written where it belongs goes to standard error (sink.1). The
 *         first one is preceded by a line with the reason, once per process.
 * sink.3  Async-signal-safe. A socket is opened close-on-exec for one datagram and closed; a
 *         receiver that is not ready loses it (sink.2), and never holds up the program.
 * sink.4  A process writes at most PE_SINK_RATE notices a second about pids that are equal modulo
 *         PE_SINK_CLASSES: a loop over one stale pid does not hide the notices about others. The
 *         next notice after that is preceded by a line with the number of those that were left
 *         out. Events are all written.
 */
#ifndef PE_CORE_RECORD_SINK_H
#define PE_CORE_RECORD_SINK_H

#include "core/contract.h"
#include "core/frame/settings.h"
#include "core/text.h"

#define PE_SINK_RATE	100u
#define PE_SINK_JOURNAL "/run/systemd/journal/socket"
#define PE_SINK_SYSLOG	"/dev/log"

/* The fields of a notice in the journal. What is NULL is left out. */
struct pe_sink_fields {
	const char *call, *evidence, *outcome, *holder;
	uint32_t pid;
	int signal; /* PE_USE_NO_SIGNAL: none */
};

/* pid << 32 | call << 8 | outcome, of struct pe_sink */
#define PE_SINK_LAST(pid, call, outcome)                                                           \
	((uint64_t)(pid) << 32 | (uint64_t)(call) << 8 | (uint64_t)(outcome))

/* Count a stale use, for a reader outside (inspect/top.h). @last: PE_SINK_LAST */
void pe_sink_count(const struct pe_settings *set, uint64_t last, bool refused);

/* Record which file descriptor 2 is now (sink.1). */
void pe_sink_know_stderr(struct pe_settings *set);

/* Begin a line: "pidepoch: NAME[PID]: ". */
void pe_sink_begin(struct pe_text *line, const struct pe_settings *set);

/* Write the line, without a newline at its end; its buffer has one byte of room behind its limit.
 * @f: may be NULL */
void pe_sink_write(const struct pe_settings *set, struct pe_text *line,
		   const struct pe_sink_fields *f);

/* An event could not be written to its file: @error, -errno. */
void pe_sink_event_lost(const struct pe_settings *set, int error);

#endif
