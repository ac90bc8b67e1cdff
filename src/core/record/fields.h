/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fields - members of a JSON object, in a line that is built in a buffer (docs/events.md). The
 * command has a writer for streams, which a signal handler cannot use (report/json_write.h).
 *
 * fields.1  A comma is written before each member but the first of an object.
 * fields.2  Async-signal-safe. What does not fit is cut (text.h).
 */
#ifndef PE_CORE_RECORD_FIELDS_H
#define PE_CORE_RECORD_FIELDS_H

#include "core/contract.h"
#include "core/text.h"

/* The caller adds the value. */
void pe_fields_name(struct pe_text *t, const char *name);

void pe_fields_number(struct pe_text *t, const char *name, uint64_t n);
void pe_fields_text(struct pe_text *t, const char *name, const char *value);

/* A string such as "0x1f" */
void pe_fields_address(struct pe_text *t, const char *name, uint64_t n);

/* A list of such strings */
void pe_fields_addresses(struct pe_text *t, const char *name, const uintptr_t *list, size_t count);

/* Begin an object; the caller ends it by "}". */
void pe_fields_object(struct pe_text *t, const char *name);

#endif
