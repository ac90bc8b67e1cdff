/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * syscall - the public syscall(): which raw calls pass, and which the library must see.
 *
 *   nr ─┬─ vfork ──────────────────────────────> pe_vfork_entry                 (vfork.h)
 *       ├─ clone, clone3 ─┬─ own memory, own stack copy ──> pe_syscall_watched
 *       │                 └─ shared memory or a new stack ──> the bare call
 *       ├─ a watched call ─────────────────────> pe_syscall_watched
 *       └─ anything else ──────────────────────> the bare call, as libc's
 *
 * syscall.1  A call whose child returns on another stack, or on a stack that it shares, passes
 *            through no C frame on its way back: the child returns exactly as from libc's
 *            syscall().
 * syscall.2  With a shared stack the return address is kept in a register and put back for the
 *            parent, as in vfork.S.
 * syscall.3  The kernel must be the one that refuses a bad pointer in clone3, so the pointer is
 *            probed before it is followed.
 *
 * Watched: fork, clone, clone3, wait4, waitid, kill, tkill, tgkill, rt_sigqueueinfo,
 * rt_tgsigqueueinfo, pidfd_open, ioprio_get, ioprio_set, execve, execveat, rt_sigaction, seccomp,
 * prctl. (fork only where the CPU has it.)
 *
 * syscall.S defines syscall. It, syscall.c and vfork.S belong in the library that interposes them,
 * which defines the three hooks.
 */
#ifndef PE_PRELOAD_ARCH_SYSCALL_H
#define PE_PRELOAD_ARCH_SYSCALL_H

#define PE_SYSCALL_WATCHED_CLONE 0 /* pe_syscall_clone(): through pe_syscall_watched */
/* the bare call; the child returns on its own stack */
#define PE_SYSCALL_NEW_STACK  1
#define PE_SYSCALL_SAME_STACK 2 /* the bare call, return address in a register */

#ifndef __ASSEMBLER__

#include "core/contract.h"

/* the same address as syscall */
PE_HIDDEN long pe_syscall_entry(long nr, ...);

/* If not NULL: libc's own syscall(), to which every call goes. */
extern PE_HIDDEN long (*pe_syscall_aside)(long nr, ...);

/* Which of the kinds above is this clone (@nr, first two arguments)? Calls
 * pe_syscall_shared_vm(). */
PE_HIDDEN int pe_syscall_clone(long nr, long a1, long a2);

/* --- hooks, defined by the interposer --- */

/* Make a watched call. Returns what syscall() returns, and sets errno itself. */
PE_HIDDEN long pe_syscall_watched(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

/* The bare call failed: set errno to -@ret, return -1. */
PE_HIDDEN long pe_syscall_failed(long ret);

/* A child that is not a thread is about to run in this memory. */
PE_HIDDEN void pe_syscall_shared_vm(void);

#endif
#endif
