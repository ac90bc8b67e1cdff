/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_memory - the memory of a watched process, as the unwinder reads it: a page at a time, and
 * only so much.
 *
 * stack_memory.1  A page is read once for each stack. What was checked is what is used, although
 *                 the process may change it.
 * stack_memory.2  Reads end after PE_STACK_MEMORY_PAGES pages and PE_STACK_MEMORY_READS reads:
 *                 unwind tables that make the unwinder loop, or a stack that leads round in a
 *                 circle, cost that much and no more.
 * stack_memory.3  Addresses from PE_STACK_MEMORY_TABLE on, which no process has, are those of a
 *                 table of our own (stack_table.h).
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_MEMORY_H
#define PE_SUPERVISOR_UNWIND_STACK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/peer/memory.h"

#define PE_STACK_MEMORY_PAGES 1024u
#define PE_STACK_MEMORY_READS 200000u
#define PE_STACK_MEMORY_TABLE UINT64_C(0xfff0000000000000)

/* from now on @m, which must stay open; what was read before is forgotten */
void pe_stack_memory_begin(const struct pe_memory *m);

/* @table: what stands at PE_STACK_MEMORY_TABLE */
void pe_stack_memory_put(const void *table, size_t bytes);

/* false: it cannot be read, or the limit is reached */
bool pe_stack_memory_read(uint64_t at, void *to, size_t bytes);

/* Has the limit been reached? */
bool pe_stack_memory_is_spent(void);

#endif
