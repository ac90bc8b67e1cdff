/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gate - test a word, then make a system call. No signal handler of this thread runs between the
 * two.
 *
 *   store descriptor ── [ test *dead ── syscall ] ── clear descriptor
 *          ^             '--- a signal here ---'
 *          '-- abort <-----------'                    a handler ran: test again
 *
 * gate.1  A handler that sets *dead before the call was made prevents the call. A handler that
 *         finds the call made ran after it. The system call is the section's last instruction, so
 *         there is no third case.
 * gate.2  The code needs no relocation and uses nothing but its arguments and its own stack. All of
 *         it is in the PE_GATE_SIZE bytes from pe_gate_with on.
 * gate.3  The gate also ends for a thread that is single-stepped. Each step aborts the section, so
 *         after PE_GATE_ABORTS aborts the call is made in the other way, with all signals masked.
 * gate.4  For calls that do not block. (One that is interrupted and restarted is tested again.)
 * gate.5  Not for a vfork child: the kernel has no restartable sequences for it, and its memory
 *         belongs to the parent.
 */
#ifndef PE_CORE_ARCH_GATE_H
#define PE_CORE_ARCH_GATE_H

#define PE_GATE_ABORTS 32
#define PE_GATE_SIZE   256 /* gate.2 */
/* Out of band: on calls that return a pid, the kernel's own results are never below -4095. */
#define PE_GATE_DEAD	(-0x7fffffffffffffff - 1) /* refused: *dead was set */
#define PE_GATE_ABORTED (-0x7fffffffffffffff)	  /* no call was made: aborted too often */

#ifndef __ASSEMBLER__

#include "core/contract.h"

struct rseq;

struct pe_gate_call {
	long nr;
	long arg[6];
};

/* @rseq: the area registered for this thread (libc: thread pointer + __rseq_offset, unless
 * __rseq_size is 0; its cpu_id is below 0 where registration failed). @last: the last argument, in
 * place of the one in @call. Returns the call's own result (>= 0 or -errno), PE_GATE_DEAD or
 * PE_GATE_ABORTED. */
PE_HIDDEN long pe_gate_with(const struct pe_gate_call *call, const uint32_t *dead,
			    struct rseq *rseq, long last);

/* The address that /proc/self/task/N/syscall has for a thread inside a gated call: there is only
 * this one. A thread that sleeps at any other address tests *dead before it acts. */
PE_HIDDEN extern const char pe_gate_end[];

/* The same with all signals masked instead: two more system calls; never PE_GATE_ABORTED. */
PE_HIDDEN long pe_gate_masked(const struct pe_gate_call *call, const uint32_t *dead, long last);

/* In the best way available; @rseq NULL: none is registered. Returns the call's result or
 * PE_GATE_DEAD. */
static inline long pe_gate_pass(const struct pe_gate_call *call, const uint32_t *dead,
				struct rseq *rseq, long last)
{
	long ret = PE_GATE_ABORTED;

	if (likely(rseq))
		ret = pe_gate_with(call, dead, rseq, last);
	return likely(ret != PE_GATE_ABORTED) ? ret : pe_gate_masked(call, dead, last);
}

#endif
#endif
