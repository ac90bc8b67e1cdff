/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * raw - nr in rax, arguments in rdi rsi rdx r10 r8 r9; the kernel destroys rcx and r11, answers in
 * rax. The register of the sixth argument is cleared after the call: it may have held a token
 * (token.h), which must not reach a later call that bypasses the library.
 */
#ifndef PE_CORE_ARCH_X86_64_RAW_H
#define PE_CORE_ARCH_X86_64_RAW_H

static inline long pe_raw6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	register long r10 __asm__("r10") = a4;
	register long r8 __asm__("r8") = a5;
	register long r9 __asm__("r9") = a6;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "xorl %%r9d, %%r9d"
			 : "=a"(ret), "+r"(r9)
			 : "a"(nr), "D"(a1), "S"(a2), "d"(a3), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

/* for calls with fewer arguments */
static inline long pe_raw3(long nr, long a1, long a2, long a3)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a1), "S"(a2), "d"(a3)
			 : "rcx", "r11", "memory");
	return ret;
}

#endif
