// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/arch/registers.h"

#include <libunwind.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/user.h>

#include "supervisor/unwind/stack_memory.h"

#define ERESTARTSYS 512 /* in the kernel only */
#define X32	    0x40000000
#define CALL	    0xe8 /* relative, 5 bytes */
#define CALL_SIZE   5
#define NEAR	    4096 /* bytes of a function from its start to its system call */

int pe_registers_frame_pointer(void)
{
	return UNW_X86_64_RBP;
}

void pe_registers_from_user(struct pe_registers *r, const void *user, size_t bytes)
{
	struct user_regs_struct u;

	if (bytes != sizeof(u))
		return;
	memcpy(&u, user, sizeof(u));
	pe_registers_set(r, UNW_X86_64_RBX, u.rbx);
	pe_registers_set(r, UNW_X86_64_RBP, u.rbp);
	pe_registers_set(r, UNW_X86_64_RSP, u.rsp);
	pe_registers_set(r, UNW_X86_64_R12, u.r12);
	pe_registers_set(r, UNW_X86_64_R13, u.r13);
	pe_registers_set(r, UNW_X86_64_R14, u.r14);
	pe_registers_set(r, UNW_X86_64_R15, u.r15);
	pe_registers_set(r, UNW_X86_64_RIP, u.rip);
}

bool pe_registers_restart(const void *user, size_t bytes, uint64_t pc)
{
	struct user_regs_struct u;

	(void)pc;
	if (bytes != sizeof(u))
		return false;
	memcpy(&u, user, sizeof(u));
	return (int64_t)u.rax == -ERESTARTSYS;
}

bool pe_registers_is_signal_return(uint64_t ip)
{
	/* mov $__NR_rt_sigreturn, %rax; syscall */
	static const uint8_t code[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
	uint8_t there[sizeof(code)];

	return pe_stack_memory_read(ip, there, sizeof(there)) &&
	       memcmp(there, code, sizeof(code)) == 0;
}

/* What lies at the stack pointer is a return address only if a call instruction before it leads to
 * just before @pc. */
uint64_t pe_registers_leaf_return(const struct pe_registers *r)
{
	uint64_t pc = r->value[UNW_X86_64_RIP], back, target;
	uint8_t code[CALL_SIZE];
	int32_t distance;

	if (!pe_stack_memory_read(r->value[UNW_X86_64_RSP], &back, sizeof(back)) ||
	    back < CALL_SIZE || !pe_stack_memory_read(back - CALL_SIZE, code, CALL_SIZE) ||
	    code[0] != CALL)
		return 0;
	memcpy(&distance, code + 1, sizeof(distance));
	target = back + (uint64_t)(int64_t)distance;
	return target <= pc && pc - target < NEAR ? back : 0;
}

bool pe_registers_are_native(const struct seccomp_data *call)
{
	return call->arch == AUDIT_ARCH_X86_64 && !(call->nr & X32);
}
