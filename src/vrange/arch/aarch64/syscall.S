/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long syscall(long nr, ...)
 *
 *   in    x0 nr, x1..x6 a1..a6: as vr_number_syscall() takes them
 *   own   x16, x17
 *   out   x0, by the function that is jumped to
 */

	.text
	.globl	syscall
	.type	syscall, @function
	.balign	16
syscall:
	.cfi_startproc
	hint	#34			/* bti c */
	mov	w16, #0x2a68		/* VRANGE_NR_BASE, 20130408 */
	movk	w16, #0x133, lsl #16
	sub	w16, w0, w16
	cmp	w16, #2
	b.ls	vr_number_syscall
	adrp	x16, vr_number_compat
	ldr	w16, [x16, :lo12:vr_number_compat]
	cmp	w0, w16
	b.eq	vr_number_syscall
	adrp	x16, vr_number_next
	ldr	x16, [x16, :lo12:vr_number_next]
	cbz	x16, vr_number_syscall
	br	x16
	.cfi_endproc
	.size	syscall, . - syscall

	.section .note.GNU-stack, "", @progbits
