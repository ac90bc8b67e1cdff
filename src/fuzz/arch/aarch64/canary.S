/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long pe_canary_clone(const struct clone_args *args, size_t size, void (*entry)(void *), void
 * *argument)
 *
 *   in   x0 args, x1 size, x2 entry, x3 argument
 *   kept over the system call, each process having its own:  x9 entry, x10 argument
 *   out  x0; the child does not return
 */
#include <asm/unistd.h>

	.text
	.globl	pe_canary_clone
	.hidden	pe_canary_clone
	.type	pe_canary_clone, @function
	.balign	16
pe_canary_clone:
	.cfi_startproc
	hint	#34			/* bti c */
	mov	x9, x2
	mov	x10, x3
	mov	x8, #__NR_clone3
	svc	#0
	cbz	x0, 1f
	ret
1:
	.cfi_undefined x30
	mov	x29, #0
	mov	x30, #0
	mov	x0, x10
	blr	x9
	brk	#1
	.cfi_endproc
	.size	pe_canary_clone, . - pe_canary_clone

	.section .note.GNU-stack, "", @progbits
