/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * syscall - the public syscall(): which raw calls pass, and which one of ours must see.
 *
 *   nr ─┬─ vfork ──────────────────────────────> pe_vfork_entry                 (vfork.h)
 *       ├─ clone, clone3 ─┬─ own memory, own stack copy ──> pe_syscall_watched
 *       │                 └─ shared memory or a new stack ──> the bare call
 *       ├─ a watched call ─────────────────────> pe_syscall_watched
 *       └─ anything else ──────────────────────> the bare call, as libc's
 *
 * syscall.1  A call whose child would come back on another stack, or on one it shares, passes
 *            through no C frame on its way back: the child returns exactly as from libc's
 *            syscall().
 * syscall.2  With a shared stack the return address is kept in a register and put back for the
 *            parent, as in vfork.S.
 * syscall.3  A bad pointer handed to clone3 is the kernel's to refuse: it is not followed before it
 *            has been probed.
 *
 * Watched: fork, clone, clone3, wait4, waitid, kill, tkill, tgkill, rt_sigqueueinfo,
 * rt_tgsigqueueinfo, pidfd_open, ioprio_get, ioprio_set, execve, execveat, rt_sigaction, seccomp,
 * prctl. (fork only where the CPU has it.)
 *
 * syscall.S defines syscall. It, syscall.c and vfork.S belong into the library that interposes
 * them, and that library gives the three hooks.
 */
#ifndef PE_PRELOAD_ARCH_SYSCALL_H
#define PE_PRELOAD_ARCH_SYSCALL_H

#define PE_SYSCALL_WATCHED_CLONE 0 /* pe_syscall_clone(): through pe_syscall_watched */
/* the bare call; the child finds its way back on its own stack */
#define PE_SYSCALL_NEW_STACK  1
#define PE_SYSCALL_SAME_STACK 2 /* the bare call, return address in a register */

#ifndef __ASSEMBLER__

#include "core/contract.h"

/* the same address as syscall */
PE_HIDDEN long pe_syscall_entry(long nr, ...);

/* Not NULL: libc's own syscall(), to which every call goes. */
extern PE_HIDDEN long (*pe_syscall_aside)(long nr, ...);

/* what kind of clone (@nr, first two arguments) this is; calls pe_syscall_shared_vm() */
PE_HIDDEN int pe_syscall_clone(long nr, long a1, long a2);

/* --- hooks, given by the interposer --- */

/* A watched call. Returns what syscall() returns: sets errno itself. */
PE_HIDDEN long pe_syscall_watched(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

/* The bare call failed: set errno to -@ret, return -1. */
PE_HIDDEN long pe_syscall_failed(long ret);

/* A child that is no thread is about to run in this memory. */
PE_HIDDEN void pe_syscall_shared_vm(void);

#endif
#endif
