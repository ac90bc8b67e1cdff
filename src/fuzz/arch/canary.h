/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* canary - create a child that shares the caller's memory: its creation copies no address space,
 * and its end tears none down. */
#ifndef PE_FUZZ_ARCH_CANARY_H
#define PE_FUZZ_ARCH_CANARY_H

#include <linux/sched.h>
#include <stddef.h>

/* clone3(@args, @size) with CLONE_VM and a stack; the child calls @entry(@argument), which never
 * returns. The child's pid, or -errno. */
long pe_canary_clone(const struct clone_args *args, size_t size, void (*entry)(void *argument),
		     void *argument);

#endif
