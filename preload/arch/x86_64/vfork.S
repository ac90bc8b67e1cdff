/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pid_t vfork(void), __vfork
 *
 *   kept over the system call, each process having its own:  rdx return address, rsi old mask
 *   out   rax; in the child by a jump (vfork.3), in the parent by pe_vfork_parent's return
 */
#include <asm/unistd.h>
#include <cet.h>

	.text
	.globl	pe_vfork_entry
	.hidden	pe_vfork_entry
	.globl	vfork, __vfork
	.type	pe_vfork_entry, @function
	.type	vfork, @function
	.type	__vfork, @function
	.balign	16
pe_vfork_entry:
vfork:
__vfork:
	.cfi_startproc
	_CET_ENDBR
	cmpq	$0, pe_vfork_aside(%rip)
	jne	.Laside
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	pe_vfork_before
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	movq	%rax, %rsi
	popq	%rdx
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, rdx
	movl	$__NR_vfork, %eax
	syscall
	pushq	%rdx			/* mends what the child has clobbered */
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rip, 0
	movq	%rax, %rdi
	testq	%rax, %rax
	jnz	pe_vfork_parent		/* (ret, mask) */

	movq	%rsi, %rdi
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	pe_vfork_child
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%rdx
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, rdx
	xorl	%eax, %eax
	jmp	*%rdx
	.cfi_restore rip
	.cfi_def_cfa_offset 8
.Laside:
	jmp	*pe_vfork_aside(%rip)
	.cfi_endproc
	.size	pe_vfork_entry, . - pe_vfork_entry
	.size	vfork, . - vfork
	.size	__vfork, . - __vfork

	.bss
	.balign	8
	.globl	pe_vfork_aside
	.hidden	pe_vfork_aside
	.type	pe_vfork_aside, @object
pe_vfork_aside:
	.zero	8
	.size	pe_vfork_aside, 8

	.section .note.GNU-stack, "", @progbits
