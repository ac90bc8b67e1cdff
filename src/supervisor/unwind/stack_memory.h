/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_memory - a bounded cache of pages of a watched process, from which the unwinder reads.
 *
 * stack_memory.1  A page is read once for each stack. So data that was checked cannot change
 *                 afterwards, although other threads of the process run.
 * stack_memory.2  Reads fail after PE_STACK_MEMORY_PAGES pages and PE_STACK_MEMORY_READS reads.
 *                 This bounds the time for unwind tables that make the unwinder loop, and for a
 *                 stack that forms a circle.
 * stack_memory.3  Addresses from PE_STACK_MEMORY_TABLE on are not valid in any process. They stand
 *                 for a table that the supervisor built (stack_table.h).
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

/* The words of 8 bytes that were read from memory that the process may write, in this order. */
#define PE_STACK_WORDS 64u
struct pe_stack_words {
	uint32_t count; /* above PE_STACK_WORDS: more were read, or not by whole words */
	struct {
		uint64_t at, value;
	} word[PE_STACK_WORDS];
};

/* Read from @m from now on, and drop the pages of the process before. @m must stay open. @words
 * receives what is read. */
void pe_stack_memory_begin(const struct pe_memory *m, struct pe_stack_words *words);

/* Put @table at PE_STACK_MEMORY_TABLE. */
void pe_stack_memory_put(const void *table, size_t bytes);

/* false: the memory cannot be read, or the limit is reached. */
bool pe_stack_memory_read(uint64_t at, void *to, size_t bytes);

/* Has the limit been reached? */
bool pe_stack_memory_is_spent(void);

#endif
