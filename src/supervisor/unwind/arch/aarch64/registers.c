// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/arch/registers.h"

#include <asm/ptrace.h>
#include <libunwind.h>
#include <linux/audit.h>
#include <string.h>

#include "supervisor/unwind/stack_memory.h"

#define INSTRUCTION 4 /* bytes */

int pe_registers_frame_pointer(void)
{
	return UNW_AARCH64_X29;
}

void pe_registers_from_user(struct pe_registers *r, const void *user, size_t bytes)
{
	struct user_pt_regs u;

	if (bytes != sizeof(u))
		return;
	memcpy(&u, user, sizeof(u));
	for (int i = 0; i < 31; i++)
		pe_registers_set(r, UNW_AARCH64_X0 + i, u.regs[i]);
	pe_registers_set(r, UNW_AARCH64_SP, u.sp);
	pe_registers_set(r, UNW_AARCH64_PC, u.pc);
}

/* The kernel has put the pc back already. */
bool pe_registers_restart(const void *user, size_t bytes, uint64_t pc)
{
	struct user_pt_regs u;

	if (bytes != sizeof(u))
		return false;
	memcpy(&u, user, sizeof(u));
	return u.pc == pc - INSTRUCTION;
}

bool pe_registers_is_signal_return(uint64_t ip)
{
	/* mov x8, #__NR_rt_sigreturn; svc #0 */
	static const uint32_t code[] = { 0xd2801168, 0xd4000001 };
	uint32_t there[2];

	return pe_stack_memory_read(ip, there, sizeof(there)) &&
	       memcmp(there, code, sizeof(code)) == 0;
}

uint64_t pe_registers_leaf_return(const struct pe_registers *r)
{
	return pe_registers_has(r, UNW_AARCH64_X30) ? r->value[UNW_AARCH64_X30] : 0;
}

bool pe_registers_are_native(const struct seccomp_data *call)
{
	return call->arch == AUDIT_ARCH_AARCH64;
}
