/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* registers - numbers as in the System V ABI's table of DWARF registers; 16 is the column of the
 * return address. */
#ifndef PE_CORE_ARCH_X86_64_REGISTERS_H
#define PE_CORE_ARCH_X86_64_REGISTERS_H

#define PE_FRAME_SP 7
#define PE_FRAME_FP 6
#define PE_FRAME_RA 16

#define PE_FRAME_HERE(f)                                                                           \
	__asm__ volatile("leaq 1f(%%rip), %0\n1:\tmovq %%rsp, %1\n\tmovq %%rbp, %2"                \
			 : "=&r"((f)->pc), "=m"((f)->sp), "=m"((f)->fp))

static inline uintptr_t pe_frame_plain(uintptr_t pc)
{
	return pc;
}

#define PE_FRAME_PLAIN(pc) pe_frame_plain(pc)

#endif
