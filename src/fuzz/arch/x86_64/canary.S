/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long pe_stranger_clone(const struct clone_args *args, size_t size, void (*life)(void *), void
 * *argument)
 *
 *   in   rdi args, rsi size, rdx life, rcx argument
 *   kept over the system call, each process having its own:  r8 life, r9 argument
 *   out  rax; the child does not return
 */
#include <asm/unistd.h>
#include <cet.h>

	.text
	.globl	pe_stranger_clone
	.hidden	pe_stranger_clone
	.type	pe_stranger_clone, @function
	.balign	16
pe_stranger_clone:
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
	.size	pe_stranger_clone, . - pe_stranger_clone

	.section .note.GNU-stack, "", @progbits
