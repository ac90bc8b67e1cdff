/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prctl - the two options of the proposal, those of the signal, and a seccomp filter; all other
 * options go to the kernel. */
#include "prctl.h"

#include <errno.h>
#include <pidepoch.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "arch/syscall.h"
#include "arch/vfork.h"
#include "core/sys.h"
#include "filter.h"
#include "real.h"

static long set_seccomp(unsigned long mode, const void *program)
{
	const struct pe_gate_call call = {
		.nr = SYS_prctl,
		.arg = { PR_SET_SECCOMP, (long)mode, PE_SYS_LONG(program) },
	};

	return pe_own_filter_install(mode == SECCOMP_MODE_STRICT ? NULL : program, &call);
}

/* Does this range cause calls of this library to be dispatched? */
static bool dispatches_ours(const long *a)
{
	uintptr_t from = (uintptr_t)a[2], to = from + (uintptr_t)a[3];

	/* in any other mode the range does not exempt this library */
	return a[1] != PR_SYS_DISPATCH_ON || to < from || !pe_preload_is_within(from, to);
}

/* Once the dispatch is set, this library must not make a system call. */
static int set_dispatch(const long *a)
{
	int n;

	if (a[1] == PR_SYS_DISPATCH_OFF || !dispatches_ours(a) || !pe_preload_enter())
		return pe_sys_prctl((int)a[0], a[1], a[2], a[3], a[4]);
	pe_preload_stepping_aside();
	n = PE_REAL(prctl)((int)a[0], a[1], a[2], a[3], a[4]);
	if (n == 0) {
		pe_preload_step_aside();
		pe_syscall_aside = PE_REAL(syscall);
		pe_vfork_aside = PE_REAL(vfork);
	}
	return n < 0 ? -errno : n;
}

long pe_prctl_made(const long *a)
{
	int option = (int)a[0];

	if (option == PR_SET_SECCOMP &&
	    (a[1] == SECCOMP_MODE_STRICT || a[1] == SECCOMP_MODE_FILTER))
		return set_seccomp((unsigned long)a[1], (const void *)a[2]);
	if (option == PR_SET_SYSCALL_USER_DISPATCH)
		return set_dispatch(a);
	if (option == PR_SET_DUMPABLE && a[1] != 1)
		pe_preload_hiding();
	return pe_sys_prctl(option, a[1], a[2], a[3], a[4]);
}

PE_PUBLIC int prctl(int option, ...)
{
	long arg[5] = { option };
	va_list more;

	/* as in libc, all arguments are read, however many were passed */
	va_start(more, option);
	for (int i = 1; i < 5; i++)
		arg[i] = va_arg(more, long);
	va_end(more);
	if (option >= PR_GET_PID_EPOCH && option <= PR_SET_PID_EPOCH_SIGNAL)
		return (int)pe_result(
			pe_preload_prctl(option, (unsigned long)arg[1], (unsigned long)arg[2]));
	if (unlikely(pe_preload_aside))
		return PE_REAL(prctl)(option, arg[1], arg[2], arg[3], arg[4]);
	return (int)pe_result(pe_prctl_made(arg));
}
