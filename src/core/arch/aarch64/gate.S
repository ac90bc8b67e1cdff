/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long pe_gate_with(const struct pe_gate_call *call, const uint32_t *dead, struct rseq *rseq,
 *		      long last)
 *
 *   in    x0 call, x1 dead, x2 rseq, x3 last
 *   own   x9 rseq, x10 dead, x11 descriptor, w12 aborts left, w13 scratch; the rest is loaded for
 *         the system call, which changes x0 alone. An abort moves pc and nothing else; a call that
 *         the kernel rewinds to be made again has x0 restored. So the section needs nothing set up
 *         again.
 *   out   x0
 *
 *   The descriptor (linux/rseq.h: struct rseq_cs) is made on the stack, so that no address in it
 *   needs relocating:  0 version, flags   8 start   16 length   24 abort
 */
#include "core/arch/gate.h"

#define CALL_NR	     0
#define CALL_ARG(n)  (8 * (n))
#define RSEQ_CS	     8 /* struct rseq: rseq_cs */
#define RSEQ_SIG     0xd428bc00 /* brk #0x45e0: traps if ever run */

	.section .text.pidepoch.gate, "ax", @progbits
	.globl	pe_gate_with
	.hidden	pe_gate_with
	.type	pe_gate_with, @function
	.globl	pe_gate_end
	.hidden	pe_gate_end
	.balign	64
pe_gate_with:
	.cfi_startproc
	hint	#34			/* bti c */
	sub	sp, sp, #32
	.cfi_adjust_cfa_offset 32
	mov	x9, x2
	mov	x10, x1
	mov	x11, sp
	mov	w12, #PE_GATE_ABORTS

	adr	x13, .Lstart
	stp	xzr, x13, [sp]
	mov	x13, #(pe_gate_end - .Lstart)
	adr	x14, .Labort
	stp	x13, x14, [sp, #16]

	ldr	x8, [x0, #CALL_NR]
	mov	x5, x3
	ldp	x1, x2, [x0, #CALL_ARG(2)]
	ldp	x3, x4, [x0, #CALL_ARG(4)]
	ldr	x0, [x0, #CALL_ARG(1)]

	/* The kernel forgets a descriptor that it finds outside its section: nothing may stand
	 * between. */
.Larm:
	str	x11, [x9, #RSEQ_CS]
.Lstart:
	ldr	w13, [x10]
	cbnz	w13, .Ldead
	svc	#0
pe_gate_end:
	str	xzr, [x9, #RSEQ_CS]
	mov	x5, xzr			/* as in raw.h */
	add	sp, sp, #32
	.cfi_remember_state
	.cfi_adjust_cfa_offset -32
	ret
	.cfi_restore_state

.Ldead:
	mov	x0, #PE_GATE_DEAD
	b	pe_gate_end

	.inst	RSEQ_SIG
.Labort:
	subs	w12, w12, #1
	b.ne	.Larm
	mov	x0, #PE_GATE_ABORTED
	b	pe_gate_end
	.cfi_endproc
	.org	pe_gate_with + PE_GATE_SIZE
	.size	pe_gate_with, . - pe_gate_with

	.section .note.GNU-stack, "", @progbits
