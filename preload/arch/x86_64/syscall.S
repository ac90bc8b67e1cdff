/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * long syscall(long nr, ...)
 *
 *   in    rdi nr, rsi rdx rcx r8 r9 a1..a5, 8(rsp) a6: as pe_syscall_watched() takes them
 *   own   r9 return address over a clone on a shared stack (such calls have no sixth argument)
 *   out   rax
 */
#include <asm/unistd.h>
#include <cet.h>

#include "../syscall.h"

	/* all but the sixth move one place down, into the kernel's registers */
	.macro	shift_arguments
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10
	movq	%r9, %r8
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
	_CET_ENDBR
	cmpq	$0, pe_syscall_aside(%rip)
	jne	.Laside
	cmpl	$__NR_vfork, %edi	/* the kernel, too, looks at 32 bits */
	je	pe_vfork_entry
	.irp	nr, __NR_clone, __NR_clone3
	cmpl	$\nr, %edi
	je	.Lclone
	.endr
	.irp	nr, __NR_fork, __NR_wait4, __NR_waitid, __NR_kill, __NR_tkill, __NR_tgkill, \
		__NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_pidfd_open, __NR_ioprio_get, \
		__NR_ioprio_set, __NR_execve, __NR_execveat, __NR_rt_sigaction, __NR_seccomp, __NR_prctl
	cmpl	$\nr, %edi
	je	pe_syscall_watched
	.endr

.Lbare:
	shift_arguments
	movq	8(%rsp), %r9
	syscall
	cmpq	$-4095, %rax
	jae	.Lfailed
	ret				/* a child on a new stack takes its way back from there */

.Laside:
	jmp	*pe_syscall_aside(%rip)

.Lfailed:
	movq	%rax, %rdi
	jmp	pe_syscall_failed

.Lclone:
	.irp	register, %rdi, %rsi, %rdx, %rcx, %r8, %r9, %r9	/* the last one aligns */
	pushq	\register
	.cfi_adjust_cfa_offset 8
	.endr
	call	pe_syscall_clone	/* (nr, a1, a2): what kind */
	.irp	register, %r9, %r9, %r8, %rcx, %rdx, %rsi, %rdi
	popq	\register
	.cfi_adjust_cfa_offset -8
	.endr
	cmpl	$PE_SYSCALL_NEW_STACK, %eax
	je	.Lbare
	jb	pe_syscall_watched

	shift_arguments
	popq	%r9
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, r9
	syscall
	testq	%rax, %rax
	jz	.Lchild
	pushq	%r9			/* mends what the child has clobbered */
	.cfi_remember_state
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rip, 0
	cmpq	$-4095, %rax
	jae	.Lfailed
	ret
	.cfi_restore_state
.Lchild:
	jmp	*%r9			/* not by a return: vfork.3 */
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
