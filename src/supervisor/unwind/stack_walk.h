/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_walk - who called whom in a watched process, by libunwind's remote interface with accessors
 * of our own.
 *
 *   registers ──> tables for the pc? ── yes: libunwind's step ──> caller's registers ──> again
 *                                         └─ no: by the frame pointer (Go, assembly)
 *
 * stack_walk.1  libunwind reads what stack_memory.h lets it read, and trusts it: hostile tables may
 *               crash it. It therefore runs in a process of its own (stack_apart.h), and nowhere
 *               else.
 * stack_walk.2  Addresses are as in docs/events.md: each lies behind a call. Frames of the preload
 *               library are left out.
 * stack_walk.3  A frame is shown only if it is certain. Where a register is not known, or a frame
 *               pointer does not lead upwards, the stack ends, and `end` says why.
 * stack_walk.4  What has been found is in the result at each moment: a walk that is killed leaves
 *               the frames before it.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_WALK_H
#define PE_SUPERVISOR_UNWIND_STACK_WALK_H

#include "core/stack/trace.h"
#include "supervisor/peer/memory.h"
#include "supervisor/unwind/arch/registers.h"

/* why a stack ends */
enum pe_stack_end {
	PE_STACK_END_LIMIT, /* too much was read, or it took too long */
	PE_STACK_END_WHOLE, /* at the outermost function, or after PE_TRACE_DEPTH frames */
	/* a register would be needed that is not known while the caller is held */
	PE_STACK_END_REGISTER,
	PE_STACK_END_FRAMES,  /* code without tables and without a frame pointer */
	PE_STACK_END_TRACER,  /* the same as REGISTER, and another process traces the caller */
	PE_STACK_END_DENIED,  /* the caller's memory or registers may not be read */
	PE_STACK_END_MACHINE, /* a call of a 32-bit machine */
};

/* as it stands in events; NULL for WHOLE */
const char *pe_stack_end_name(enum pe_stack_end end);

/* The stack of thread @tid, whose process's memory is @m and of which @r is known: sp and pc at
 * least. */
void pe_stack_walk(const struct pe_memory *m, int tid, const struct pe_registers *r,
		   struct pe_trace_stack *out, enum pe_stack_end *end);

#endif
