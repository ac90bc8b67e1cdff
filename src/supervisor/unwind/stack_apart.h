/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_apart - runs a stack walk in a separate process, which may crash or hang.
 *
 *   helper (helper.h) ── fork ──> memory, tables, libunwind ──> result, in shared memory
 *      └ after PE_STACK_APART_TIMEOUT: kills it; the result has the frames found until then
 *
 * stack_apart.1  Only this process reads data that a hostile program controls: its stack and its
 *                unwind tables. A stack that was walked before needs no such process
 *                (stack_cache.h).
 * stack_apart.2  It ends with the helper, and does not have the listener.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_APART_H
#define PE_SUPERVISOR_UNWIND_STACK_APART_H

#include "supervisor/peer/memory.h"
#include "supervisor/unwind/stack_walk.h"

#define PE_STACK_APART_TIMEOUT 1000 /* ms */

struct pe_stack_result {
	struct pe_trace_stack stack;
	enum pe_stack_end end;
	bool with_library; /* the preload library is in the process */
	uint64_t modules;  /* set of modules, whose records are in the event file; 0: none */
};

/* The stack of thread @tid. @m: the memory of its process; @r: its known registers; @events: the
 * path of the event file. Called in a helper. */
void pe_stack_apart(const struct pe_memory *m, int tid, const struct pe_registers *r,
		    const char *events, struct pe_stack_result *out);

#endif
