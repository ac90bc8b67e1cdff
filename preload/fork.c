/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fork - every public function that creates a child and returns its pid (except vfork and
 * spawn). */
#include "real.h"

#include <stdarg.h>

/* The child writes to the library's data only if it must: each page would cost a fault. */
static pid_t made(const struct pe_birth *b, pid_t pid)
{
	if (pid != 0)
		pe_preload_birth_end(b, pid);
	else if (b->unwiped)
		pe_preload_forked();
	return pid;
}

PE_PUBLIC pid_t fork(void)
{
	struct pe_birth b = pe_preload_birth_begin(PE_CALL_FORK);

	return made(&b, PE_REAL(fork)());
}

PE_PUBLIC pid_t __fork(void) __attribute__((alias("fork"), nothrow));

PE_PUBLIC pid_t _Fork(void)
{
	struct pe_birth b = pe_preload_birth_begin(PE_CALL__FORK);

	return made(&b, PE_REAL(_Fork)());
}

/* When this returns, the parent has exited: the caller is the child of a fork inside libc. */
PE_PUBLIC int daemon(int nochdir, int noclose)
{
	struct pe_birth b = pe_preload_birth_begin(PE_CALL_FORK);
	int n = PE_REAL(daemon)(nochdir, noclose);

	if (b.unwiped)
		pe_preload_forked();
	return n;
}

PE_PUBLIC int forkpty(int *master, char *name, const struct termios *mode,
		      const struct winsize *size)
{
	struct pe_birth b = pe_preload_birth_begin(PE_CALL_FORKPTY);

	return made(&b, PE_REAL(forkpty)(master, name, mode, size));
}

/* A thread is no child, and with CLONE_PARENT the new process is a child of the caller's parent. A
 * new process that shares the memory (CLONE_VM) runs with this thread's own storage: from then on
 * only getpid distinguishes the processes. */
PE_PUBLIC int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
	struct pe_birth b = { .engaged = false };
	pid_t *parent_tid, *child_tid;
	void *tls;
	va_list more;
	int pid;

	va_start(more, arg);
	parent_tid = va_arg(more, pid_t *);
	tls = va_arg(more, void *);
	child_tid = va_arg(more, pid_t *);
	va_end(more);
	if ((flags & CLONE_VM) && !(flags & CLONE_THREAD))
		pe_preload_shared_vm();
	if (!(flags & (CLONE_THREAD | CLONE_PARENT)))
		b = pe_preload_birth_begin(PE_CALL_CLONE);
	pid = PE_REAL(clone)(fn, stack, flags, arg, parent_tid, tls, child_tid);
	pe_preload_birth_end(&b, pid);
	return pid;
}

PE_PUBLIC int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
	__attribute__((alias("clone"), nothrow, leaf));
