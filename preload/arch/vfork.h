/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfork - the trampoline behind vfork(), which keeps CLONE_VM | CLONE_VFORK.
 *
 *   parent                         child (same memory, same stack)
 *   pe_vfork_before() -> mask
 *   return address, mask: registers
 *   system call ─────────────────> pe_vfork_child(mask)
 *        :                         returns 0, runs, clobbers the stack from the return address down
 *        : <────────────────────── exec, _exit or killed
 *   return address pushed back
 *   pe_vfork_parent(ret, mask)
 *
 * vfork.1  Between the system call and the return, nothing is read from the shared stack: the
 *          kernel keeps the registers of each process.
 * vfork.2  All signals are masked from before(): in the child until child(), in the parent until
 *          parent(). The child may end at any instruction; the parent continues in every case.
 * vfork.3  The child leaves by a jump, never by a return: on a CPU with a shadow stack, the entry
 *          that the parent's return needs stays in place. (The shadow stack stops a child that
 *          returns from the function that called vfork(); this was undefined before. Debian 12's C
 *          library does not enable shadow stacks.)
 *
 * vfork.S defines vfork and __vfork. It belongs in the library that interposes them, which defines
 * the three hooks.
 */
#ifndef PE_PRELOAD_ARCH_VFORK_H
#define PE_PRELOAD_ARCH_VFORK_H

#include "core/contract.h"

#include <sys/types.h>

/* the same address as vfork and __vfork */
PE_HIDDEN pid_t pe_vfork_entry(void) __attribute__((returns_twice));

/* If not NULL: libc's own vfork(), to which every call goes. */
extern PE_HIDDEN pid_t (*pe_vfork_aside)(void);

/* --- hooks, defined by the interposer. None may leave data on the stack, nor call what may. --- */

/* Mask all signals; add 1 to the thread's vfork depth. Returns the previous mask. */
PE_HIDDEN uint64_t pe_vfork_before(void);

/* Subtract 1 from the depth, record the birth (@ret: the child or -errno), restore @mask, set
 * errno. Returns what vfork() returns. */
PE_HIDDEN pid_t pe_vfork_parent(long ret, uint64_t mask);

/* Restore @mask and nothing else: every variable belongs to the parent. */
PE_HIDDEN void pe_vfork_child(uint64_t mask);

#endif
