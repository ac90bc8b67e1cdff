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
 * vfork.1  Between the system call and the return nothing is taken from the shared stack: the
 *          kernel keeps each process's registers.
 * vfork.2  All signals are masked from before() until child() in the child, until parent() in the
 *          parent. The child may die at any instruction: the parent goes on just the same.
 * vfork.3  The child leaves by a jump, never by a return: on a CPU with a shadow stack the entry
 *          that the parent's return will need stays where it is. (A child that returns from the
 *          function that called vfork() is caught there; it was undefined before. Debian 12's C
 *          library turns no shadow stack on.)
 *
 * vfork.S defines vfork and __vfork. It belongs into the library that interposes them, and that
 * library gives the three hooks.
 */
#ifndef PE_PRELOAD_ARCH_VFORK_H
#define PE_PRELOAD_ARCH_VFORK_H

#include "core/contract.h"

#include <sys/types.h>

/* the same address as vfork and __vfork */
PE_HIDDEN pid_t pe_vfork_entry(void) __attribute__((returns_twice));

/* Not NULL: libc's own vfork(), to which every call goes. */
extern PE_HIDDEN pid_t (*pe_vfork_aside)(void);

/* --- hooks, given by the interposer. None may leave anything on the stack or call what may. --- */

/* mask all signals, thread's vfork depth + 1. Returns the mask that was. */
PE_HIDDEN uint64_t pe_vfork_before(void);

/* depth - 1, record the birth (@ret: the child or -errno), restore @mask, set errno. Returns what
 * vfork() returns. */
PE_HIDDEN pid_t pe_vfork_parent(long ret, uint64_t mask);

/* restore @mask and nothing else: every variable is the parent's */
PE_HIDDEN void pe_vfork_child(uint64_t mask);

#endif
