/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long syscall(long nr, ...)
 *
 *   in    rdi nr, rsi rdx rcx r8 r9 a1..a5, 8(rsp) a6: as vr_number_syscall() takes them
 *   own   rax
 *   out   rax, by the function that is jumped to
 */
#include <cet.h>

	.text
	.globl	syscall
	.type	syscall, @function
	.balign	16
syscall:
	.cfi_startproc
	_CET_ENDBR
	leal	-20130408(%rdi), %eax	/* VRANGE_NR_BASE */
	cmpl	$2, %eax
	jbe	vr_number_syscall
	cmpl	vr_number_compat(%rip), %edi
	je	vr_number_syscall
	movq	vr_number_next(%rip), %rax
	testq	%rax, %rax
	je	vr_number_syscall
	jmp	*%rax
	.cfi_endproc
	.size	syscall, . - syscall

	.section .note.GNU-stack, "", @progbits
