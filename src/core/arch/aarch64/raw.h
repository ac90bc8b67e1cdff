/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * raw - nr in x8, arguments in x0..x5; the kernel answers in x0 and keeps everything else.
 * The register of the sixth argument is cleared after the call: it may have held a token (token.h),
 * which must not reach a later call that bypasses the library.
 */
#ifndef PE_CORE_ARCH_AARCH64_RAW_H
#define PE_CORE_ARCH_AARCH64_RAW_H

static inline long pe_raw6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a1;
	register long x1 __asm__("x1") = a2;
	register long x2 __asm__("x2") = a3;
	register long x3 __asm__("x3") = a4;
	register long x4 __asm__("x4") = a5;
	register long x5 __asm__("x5") = a6;

	__asm__ volatile("svc #0\n\t"
			 "mov x5, xzr"
			 : "+r"(x0), "+r"(x5)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}

/* for calls with fewer arguments */
static inline long pe_raw3(long nr, long a1, long a2, long a3)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a1;
	register long x1 __asm__("x1") = a2;
	register long x2 __asm__("x2") = a3;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

#endif
