/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bare - a program without a libc, by system calls alone: it has a child, reaps it, says "reaped
 * NUMBER", reads a line, uses the number, and says "ok", "ESRCH" or "EEPOCH".
 *
 *   r12   the child's number
 */
#define NR_READ	 0
#define NR_WRITE 1
#define NR_FORK	 57
#define NR_EXIT	 60
#define NR_WAIT4 61
#define NR_KILL	 62
#define SIGTERM	 15
#define ESRCH	 3

	.text
	.globl	_start
_start:
	movl	$NR_FORK, %eax
	syscall
	testq	%rax, %rax
	js	fault
	jz	end
	movq	%rax, %r12

	movl	$NR_WAIT4, %eax
	movq	$-1, %rdi
	xorl	%esi, %esi
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	syscall
	cmpq	%rax, %r12
	jne	fault

	/* the pid in decimal digits, from the last to the first, before the newline */
	leaq	last(%rip), %rsi
	movl	$10, %ecx
	movq	%r12, %rax
digit:
	xorl	%edx, %edx
	divq	%rcx
	addb	$'0', %dl
	movb	%dl, (%rsi)
	decq	%rsi
	testq	%rax, %rax
	jnz	digit
	leaq	reaped(%rip), %rsi
	movl	$(end_of_line - reaped), %edx
	call	say

	movl	$NR_READ, %eax
	xorl	%edi, %edi
	leaq	line(%rip), %rsi
	movl	$16, %edx
	syscall
	testq	%rax, %rax
	jle	fault

	movl	$NR_KILL, %eax
	movq	%r12, %rdi
	movl	$SIGTERM, %esi
	syscall
	leaq	ok(%rip), %rsi
	movl	$3, %edx
	testq	%rax, %rax
	jz	answer
	leaq	no_process(%rip), %rsi
	movl	$6, %edx
	cmpq	$-ESRCH, %rax
	je	answer
	leaq	old_epoch(%rip), %rsi
	movl	$7, %edx
answer:
	call	say
end:
	xorl	%edi, %edi
	movl	$NR_EXIT, %eax
	syscall
fault:
	movl	$97, %edi
	movl	$NR_EXIT, %eax
	syscall

/* rsi text, edx length */
say:
	movl	$NR_WRITE, %eax
	movl	$1, %edi
	syscall
	ret

	.data
reaped:		.ascii "reaped          "
last:		.ascii " \n"
end_of_line:
ok:		.ascii "ok\n"
no_process:	.ascii "ESRCH\n"
old_epoch:	.ascii "EEPOCH\n"
line:		.skip 16

	.section .note.GNU-stack, "", @progbits
