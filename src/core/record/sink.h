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
 *         first one is preceded by a line with the reason, once per process. A supervisor has no
 *         standard error of its own: it writes both to the caller's (supervisor/calls/stale_use.h).
 * sink.3  Async-signal-safe. A socket is opened close-on-exec for one datagram and closed; a
 *         receiver that is not ready loses it (sink.2), and never holds up the program.
 * sink.4  The notices of each process are limited (rate.h). The next notice after some were left
 *         out is preceded by a line with their number. Events are all written.
 */
#ifndef PE_CORE_RECORD_SINK_H
#define PE_CORE_RECORD_SINK_H

#include "core/contract.h"
#include "core/frame/settings.h"
#include "core/text.h"

#define PE_SINK_JOURNAL "/run/systemd/journal/socket"
#define PE_SINK_SYSLOG	"/dev/log"

/* The fields of a notice in the journal. What is NULL is left out. */
struct pe_sink_fields {
	const char *call, *evidence, *outcome, *holder;
	uint32_t pid;
	int signal; /* PE_USE_NO_SIGNAL: none */
};

/*
 * A stale use in one word, for a reader outside (inspect/uses.h):
 *
 *   pid | number of the use modulo 256 | signal + 1 | call | 1 if no process had the pid | outcome
 *   32    8                              8            8      6                             2 bits
 */
#define PE_SINK_USE(u, latent, outcome)                                                            \
	((uint64_t)(uint32_t)(u)->pid << 32 | (uint64_t)(uint8_t)((u)->signal + 1) << 16 |         \
	 (uint64_t)(u)->by << 8 | (uint64_t)(latent) << 2 | (uint64_t)(outcome))
#define PE_SINK_NUMBERED(use, n) ((use) | (uint64_t)((n)&255u) << 24)

/* Count a stale use. @use: PE_SINK_USE */
void pe_sink_count(const struct pe_settings *set, uint64_t use, bool refused);

/* Record which file descriptor 2 is now (sink.1). */
void pe_sink_know_stderr(struct pe_settings *set);

/* Begin a line: "pidepoch: NAME[PID]: ". */
void pe_sink_begin(struct pe_text *line, const struct pe_settings *set);

/* sink.4: may process @owner write a notice about @pid now? If not, it is counted as left out. */
bool pe_sink_has_room(const struct pe_settings *set, struct pe_rate *r, uint64_t owner,
		      uint32_t pid);

/* Write that @n notices were left out; nothing if there are none. */
void pe_sink_left_out(const struct pe_settings *set, uint32_t n);

/* Write the line, without a newline at its end; its buffer has one byte of room behind its limit.
 * @f: may be NULL. 0, or -errno: it is not where it belongs */
long pe_sink_write(const struct pe_settings *set, struct pe_text *line,
		   const struct pe_sink_fields *f);

/* An event could not be written to its file: @error, -errno. */
void pe_sink_event_lost(const struct pe_settings *set, int error);

/* Is there a reason that has not been written yet? Write it (sink.2). */
bool pe_sink_has_failed(const struct pe_sink *s);
void pe_sink_complain(const struct pe_settings *set);

#endif
