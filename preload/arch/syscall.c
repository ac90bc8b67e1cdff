/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/sched.h>

#include "core/sys.h"
#include "syscall.h"

/* Can the kernel read a u64 here? It copies the signal mask in before it rejects the first
 * argument. */
static bool readable(const uint64_t *at)
{
	return pe_sys4(SYS_rt_sigprocmask, -1, PE_SYS_LONG(at), 0, sizeof(*at)) != -EFAULT;
}

/* syscall.3. Only these two fields are read, and each is probed first. */
static bool clone3_asks(uintptr_t args, size_t bytes, uint64_t *flags, uint64_t *stack)
{
	const uint64_t *at_flags = (const uint64_t *)(args + offsetof(struct clone_args, flags));
	const uint64_t *at_stack = (const uint64_t *)(args + offsetof(struct clone_args, stack));

	if (bytes < CLONE_ARGS_SIZE_VER0 || !readable(at_flags) || !readable(at_stack))
		return false;
	*flags = *at_flags;
	*stack = *at_stack;
	return true;
}

int pe_syscall_clone(long nr, long a1, long a2)
{
	uint64_t flags = (uint64_t)a1, stack = (uint64_t)a2;

	if (nr == SYS_clone3 && !clone3_asks((uintptr_t)a1, (size_t)a2, &flags, &stack))
		return PE_SYSCALL_NEW_STACK; /* the kernel will refuse it */
	if ((flags & CLONE_VM) && !(flags & CLONE_THREAD))
		pe_syscall_shared_vm();
	if (stack)
		return PE_SYSCALL_NEW_STACK;
	return flags & CLONE_VM ? PE_SYSCALL_SAME_STACK : PE_SYSCALL_WATCHED_CLONE;
}
