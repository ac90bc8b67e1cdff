/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_walk - the call stack of a thread in a watched process, by libunwind's remote interface
 * with accessors of our own.
 *
 *   registers ──> tables for the pc? ── yes: libunwind's step ──> caller's registers ──> again
 *                                         └─ no: by the frame pointer (Go, assembly)
 *
 * stack_walk.1  libunwind reads through stack_memory.h. It trusts what it reads, so hostile tables
 *               may crash it. It runs only in a separate process (stack_apart.h).
 * stack_walk.2  Addresses are return addresses, as in docs/events.md. Frames of the preload library
 *               are left out.
 * stack_walk.3  A frame is added only if it is certain. If a register is unknown, or a frame
 *               pointer does not point upwards, the stack ends, and `end` has the reason.
 * stack_walk.4  Each frame is written to the result when it is found. So a walk that is killed
 *               leaves the frames that it has found.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_WALK_H
#define PE_SUPERVISOR_UNWIND_STACK_WALK_H

#include "core/stack/trace.h"
#include "supervisor/peer/memory.h"
#include "supervisor/unwind/stack_memory.h"
#include "supervisor/unwind/arch/registers.h"

/* why a stack ends */
enum pe_stack_end {
	PE_STACK_END_LIMIT, /* too much was read, or it took too long */
	PE_STACK_END_WHOLE, /* at the outermost function, or after PE_TRACE_DEPTH frames */
	/* a register is needed that is unknown while the caller is held */
	PE_STACK_END_REGISTER,
	PE_STACK_END_FRAMES,  /* code without tables and without a frame pointer */
	PE_STACK_END_TRACER,  /* the same as REGISTER, and another process traces the caller */
	PE_STACK_END_DENIED,  /* the caller's memory or registers may not be read */
	PE_STACK_END_MACHINE, /* a call of a 32-bit machine */
};

/* The word for events; NULL for WHOLE. */
const char *pe_stack_end_name(enum pe_stack_end end);

/* The stack of thread @tid. @m: the memory of its process; @r: its known registers, at least sp and
 * pc; @words receives the words that the walk reads. */
void pe_stack_walk(const struct pe_memory *m, int tid, const struct pe_registers *r,
		   struct pe_stack_words *words, struct pe_trace_stack *out,
		   enum pe_stack_end *end);

#endif
