/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * describe - the processes that an event is about, as they are now: which one holds the pid, and
 * the command line of the caller.
 *
 *   /proc/PID/stat, exe ──> "holder": {comm, parent, age_ms, exe}
 *   /proc/PID/cmdline   ──> a text
 *
 * describe.1  Of a process that is gone, nothing is written. Async-signal-safe.
 */
#ifndef PE_CORE_RECORD_DESCRIBE_H
#define PE_CORE_RECORD_DESCRIBE_H

#include "core/contract.h"
#include "core/record/event.h"
#include "core/text.h"

#define PE_DESCRIBE_EXE 256u

/* Add the member "holder". @most: ms since the pid was released; @exe: room for PE_DESCRIBE_EXE
 * bytes, which the caller may not have on its stack */
void pe_describe_holder(struct pe_text *t, uint32_t holder, uint64_t most, char *exe);

/* The arguments in the file @path, with blanks between them, in PE_EVENT_COMMAND bytes at @to; what
 * does not fit is cut. */
void pe_describe_command(const char *path, char *to);

/* Record the command line of the process that an event from outside is about. */
void pe_describe_caller(struct pe_event_outside *o, uint32_t pid);

/* Record which process has the pid now, for an event that is written later. @o has the release, if
 * it is known. */
void pe_describe_holder_outside(struct pe_event_outside *o, uint32_t pid);

#endif
