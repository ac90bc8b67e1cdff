/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long pe_canary_clone(const struct clone_args *args, size_t size, void (*entry)(void *), void
 * *argument)
 *
 *   in   rdi args, rsi size, rdx entry, rcx argument
 *   kept over the system call, each process having its own:  r8 entry, r9 argument
 *   out  rax; the child does not return
 */
#include <asm/unistd.h>
#include <cet.h>

	.text
	.globl	pe_canary_clone
	.hidden	pe_canary_clone
	.type	pe_canary_clone, @function
	.balign	16
pe_canary_clone:
	.cfi_startproc
	_CET_ENDBR
	movq	%rdx, %r8
	movq	%rcx, %r9
	movl	$__NR_clone3, %eax
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:
	.cfi_undefined rip
	xorl	%ebp, %ebp
	movq	%r9, %rdi
	call	*%r8
	ud2
	.cfi_endproc
	.size	pe_canary_clone, . - pe_canary_clone

	.section .note.GNU-stack, "", @progbits
