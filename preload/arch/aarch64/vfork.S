/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pid_t vfork(void), __vfork
 *
 *   kept over the system call, each process having its own:  x30 return address, x29 frame, x9 old
 *   mask
 *   out   x0; in the child by a jump (vfork.3), in the parent by pe_vfork_parent's return
 */
#include <asm/unistd.h>

#define CLONE_VFORK_VM_SIGCHLD 0x4111 /* linux/sched.h; SIGCHLD is 17 */

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
	hint	#34			/* bti c */
	adrp	x16, pe_vfork_aside
	ldr	x16, [x16, :lo12:pe_vfork_aside]
	cbnz	x16, .Laside
	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	bl	pe_vfork_before
	ldp	x29, x30, [sp], #16
	.cfi_adjust_cfa_offset -16
	.cfi_restore x29
	.cfi_restore x30
	mov	x9, x0
	mov	x0, #CLONE_VFORK_VM_SIGCHLD
	mov	x1, #0			/* the parent's stack */
	mov	x2, #0
	mov	x3, #0
	mov	x4, #0
	mov	x8, #__NR_clone
	svc	#0
	mov	x1, x9
	cbnz	x0, pe_vfork_parent	/* (ret, mask) */

	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	mov	x0, x9
	bl	pe_vfork_child
	ldp	x29, x30, [sp], #16
	.cfi_adjust_cfa_offset -16
	.cfi_restore x29
	.cfi_restore x30
	mov	x16, x30
	mov	x0, #0
	br	x16			/* x16: may land on a bti of any kind */
.Laside:
	br	x16
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
