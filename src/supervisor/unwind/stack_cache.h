/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_cache - the stacks that were walked last, with the words that the walks read.
 *
 *   registers, modules ──> those of a stack? ──> its words read again: the same values?
 *                          └─ no: walk (stack_apart.h)              └─ yes: it is the same stack
 *
 * stack_cache.1  A walk depends on the registers, on the modules, and on the words it reads from
 *                memory that the process may write. If all are the same, so is the stack.
 * stack_cache.2  Not kept is a walk that read more than PE_STACK_WORDS words, that read other than
 *                whole words, or that did not end by itself.
 * stack_cache.3  What a process has written over its own code or unwind tables is not noticed: its
 *                stack is then that of before.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_CACHE_H
#define PE_SUPERVISOR_UNWIND_STACK_CACHE_H

#include "supervisor/unwind/stack_apart.h"

/* The stack of the thread with registers @r, whose process's memory is @m and has the modules
 * @modules (core/record/modules.h), or NULL. */
const struct pe_stack_result *pe_stack_cache_find(const struct pe_memory *m,
						  const struct pe_registers *r, uint64_t modules);

/* Keep @result, which a walk made from @r and @words. */
void pe_stack_cache_keep(const struct pe_registers *r, const struct pe_stack_words *words,
			 const struct pe_stack_result *result);

#endif
