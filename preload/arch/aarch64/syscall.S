/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long syscall(long nr, ...)
 *
 *   in    x0 nr, x1..x6 a1..a6: as pe_syscall_watched() takes them, so that is a jump
 *   out   x0. The return address stays in x30 over the system call, also for a child on a shared
 *   stack.
 *
 * This CPU has neither fork nor vfork as system calls.
 */
#include <asm/unistd.h>

#include "../syscall.h"

	.macro	shift_arguments		/* one place down, into the kernel's registers */
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	.endm

	.text
	.globl	pe_syscall_entry
	.hidden	pe_syscall_entry
	.globl	syscall
	.type	pe_syscall_entry, @function
	.type	syscall, @function
	.balign	16
pe_syscall_entry:
syscall:
	.cfi_startproc
	hint	#34			/* bti c */
	adrp	x16, pe_syscall_aside
	ldr	x16, [x16, :lo12:pe_syscall_aside]
	cbnz	x16, .Laside
	.irp	nr, __NR_clone, __NR_clone3
	cmp	w0, #\nr		/* the kernel, too, looks at 32 bits */
	b.eq	.Lclone
	.endr
	.irp	nr, __NR_wait4, __NR_waitid, __NR_kill, __NR_tkill, __NR_tgkill, \
		__NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_pidfd_open, __NR_ioprio_get, \
		__NR_ioprio_set, __NR_execve, __NR_execveat, __NR_rt_sigaction, __NR_seccomp, __NR_prctl
	cmp	w0, #\nr
	b.eq	pe_syscall_watched
	.endr

.Lbare:
	shift_arguments
	svc	#0
	cmn	x0, #4095
	b.hs	pe_syscall_failed
	ret

.Lclone:				/* these two have no sixth argument */
	stp	x29, x30, [sp, #-64]!
	.cfi_adjust_cfa_offset 64
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	bl	pe_syscall_clone	/* (nr, a1, a2): what kind */
	mov	w9, w0
	ldp	x4, x5, [sp, #48]
	ldp	x2, x3, [sp, #32]
	ldp	x0, x1, [sp, #16]
	ldp	x29, x30, [sp], #64
	.cfi_adjust_cfa_offset -64
	.cfi_restore x29
	.cfi_restore x30
	cbz	w9, pe_syscall_watched

	shift_arguments
	svc	#0
	cmn	x0, #4095
	b.hs	pe_syscall_failed
	cbz	x0, .Lchild
	ret
.Lchild:
	mov	x16, x30
	br	x16			/* not by a return: vfork.3 */
.Laside:
	br	x16
	.cfi_endproc
	.size	pe_syscall_entry, . - pe_syscall_entry
	.size	syscall, . - syscall

	.bss
	.balign	8
	.globl	pe_syscall_aside
	.hidden	pe_syscall_aside
	.type	pe_syscall_aside, @object
pe_syscall_aside:
	.zero	8
	.size	pe_syscall_aside, 8

	.section .note.GNU-stack, "", @progbits
