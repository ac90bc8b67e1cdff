/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_apart - a walk in a process of its own, which may crash or hang.
 *
 *   helper (helper.h) ── fork ──> memory, tables, libunwind ──> result, in shared memory
 *      └ not over within PE_STACK_APART_PATIENCE: killed; the result is what it had found so far
 *
 * stack_apart.1  Only that process touches what a hostile program can form: its stack, its unwind
 *                tables.
 * stack_apart.2  It ends with the helper, and has no descriptor of the listener.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_APART_H
#define PE_SUPERVISOR_UNWIND_STACK_APART_H

#include "supervisor/peer/memory.h"
#include "supervisor/unwind/stack_walk.h"

#define PE_STACK_APART_PATIENCE 1000 /* ms */

struct pe_stack_result {
	struct pe_trace_stack stack;
	enum pe_stack_end end;
	bool with_library; /* the preload library is in the process */
	uint64_t modules;  /* name of the set, whose records are in the file of events; 0: none */
};

/* In a helper. The stack of thread @tid, whose process's memory is @m and of which @r is known.
 * @events: the file */
void pe_stack_apart(const struct pe_memory *m, int tid, const struct pe_registers *r,
		    const char *events, struct pe_stack_result *out);

#endif
