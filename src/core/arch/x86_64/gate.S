/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long pe_gate_with(const struct pe_gate_call *call, const uint32_t *dead, struct rseq *rseq,
 *		      long last)
 *
 *   in    rdi call, rsi dead, rdx rseq, rcx last
 *   own   rbx rseq, r12 dead, r13d aborts left; the rest is loaded for the system call, which
 *         destroys rax, rcx and r11 alone. An abort moves rip and nothing else; a call that the
 *         kernel rewinds to be made again has rax restored. So the section needs nothing set up
 *         again.
 *   out   rax
 *
 *   The descriptor (linux/rseq.h: struct rseq_cs) is made on the stack, so that no address in it
 *   needs relocating:  0 version, flags   8 start   16 length   24 abort
 */
#include <cet.h>

#include "core/arch/gate.h"

#define CALL_NR	     0
#define CALL_ARG(n)  (8 * (n))
#define RSEQ_CS	     8 /* struct rseq: rseq_cs */
#define RSEQ_SIG     0x53053053

	.section .text.pidepoch.gate, "ax", @progbits
	.globl	pe_gate_with
	.hidden	pe_gate_with
	.type	pe_gate_with, @function
	.globl	pe_gate_end
	.hidden	pe_gate_end
	.balign	64
pe_gate_with:
	.cfi_startproc
	_CET_ENDBR
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r12, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r13, 0
	subq	$32, %rsp
	.cfi_adjust_cfa_offset 32
	movq	%rdx, %rbx
	movq	%rsi, %r12
	movq	%rcx, %r9
	movl	$PE_GATE_ABORTS, %r13d

	movq	$0, (%rsp)
	leaq	.Lstart(%rip), %rax
	movq	%rax, 8(%rsp)
	movq	$(pe_gate_end - .Lstart), 16(%rsp)
	leaq	.Labort(%rip), %rax
	movq	%rax, 24(%rsp)

	movq	CALL_NR(%rdi), %rax
	movq	CALL_ARG(2)(%rdi), %rsi
	movq	CALL_ARG(3)(%rdi), %rdx
	movq	CALL_ARG(4)(%rdi), %r10
	movq	CALL_ARG(5)(%rdi), %r8
	movq	CALL_ARG(1)(%rdi), %rdi

	/* The kernel forgets a descriptor that it finds outside its section: nothing may stand
	 * between. */
.Larm:
	movq	%rsp, RSEQ_CS(%rbx)
.Lstart:
	cmpl	$0, (%r12)
	jne	.Ldead
	syscall
pe_gate_end:
	movq	$0, RSEQ_CS(%rbx)
	xorl	%r9d, %r9d		/* as in raw.h */
	addq	$32, %rsp
	.cfi_remember_state
	.cfi_adjust_cfa_offset -32
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore r13
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore r12
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	ret
	.cfi_restore_state

.Ldead:
	movabsq	$PE_GATE_DEAD, %rax
	jmp	pe_gate_end

	.byte	0x0f, 0xb9, 0x3d	/* ud1 <signature>(%rip), %edi: traps if ever run */
	.long	RSEQ_SIG
.Labort:
	decl	%r13d
	jnz	.Larm
	movabsq	$PE_GATE_ABORTED, %rax
	jmp	pe_gate_end
	.cfi_endproc
	.org	pe_gate_with + PE_GATE_SIZE
	.size	pe_gate_with, . - pe_gate_with

	.section .note.GNU-stack, "", @progbits
