/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registers - what the unwinder must know about a processor: libunwind's numbers of its registers,
 * and how code without unwind tables returns. One file for each, arch/<cpu>/registers.c.
 */
#ifndef PE_SUPERVISOR_UNWIND_ARCH_REGISTERS_H
#define PE_SUPERVISOR_UNWIND_ARCH_REGISTERS_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_REGISTERS 34u

/* indexed by libunwind's numbers; a bit in `known` for each that has a value */
struct pe_registers {
	uint64_t value[PE_REGISTERS];
	uint64_t known;
};

static inline void pe_registers_set(struct pe_registers *r, int n, uint64_t value)
{
	r->value[n] = value;
	r->known |= UINT64_C(1) << n;
}

static inline bool pe_registers_has(const struct pe_registers *r, int n)
{
	return n >= 0 && n < (int)PE_REGISTERS && r->known >> n & 1;
}

/* Its number. On both processors the frame pointer points to the caller's frame pointer, and the
 * return address follows that. */
int pe_registers_frame_pointer(void);

/* from what PTRACE_GETREGSET gives for NT_PRSTATUS, @bytes of it */
void pe_registers_from_user(struct pe_registers *r, const void *user, size_t bytes);

/* The same registers, of a thread that has been interrupted in a call: will the kernel make that
 * again? @pc: behind the call */
bool pe_registers_restart(const void *user, size_t bytes, uint64_t pc);

/* Is the code at @ip the return from a signal's handler? Then its caller was interrupted, and has
 * called nothing. */
bool pe_registers_is_signal_return(uint64_t ip);

/* The return address of the innermost function, which has made a system call and may have no frame.
 * 0: it cannot be determined. */
uint64_t pe_registers_leaf_return(const struct pe_registers *r);

/* Was the call made by this processor's own machine, and not by a 32-bit one? */
bool pe_registers_are_native(const struct seccomp_data *call);

#endif
