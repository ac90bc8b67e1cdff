/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* registers - numbers as in the AArch64 DWARF supplement. xpaclri (a hint: no effect on older
 * processors) strips x30. */
#ifndef PE_CORE_ARCH_AARCH64_REGISTERS_H
#define PE_CORE_ARCH_AARCH64_REGISTERS_H

#define PE_FRAME_SP 31
#define PE_FRAME_FP 29
#define PE_FRAME_RA 30

#define PE_FRAME_HERE(f)                                                                           \
	__asm__ volatile("adr %0, 1f\n1:\tmov %1, sp\n\tmov %2, x29\n\tmov %3, x30"                \
			 : "=&r"((f)->pc), "=&r"((f)->sp), "=&r"((f)->fp), "=&r"((f)->ra))

static inline uintptr_t pe_frame_plain(uintptr_t pc)
{
	register uintptr_t x30 __asm__("x30") = pc;

	__asm__("hint #7" : "+r"(x30)); /* xpaclri */
	return x30;
}

#define PE_FRAME_PLAIN(pc) pe_frame_plain(pc)

#endif
