/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prctl - the two options of the proposal, those of the signal, and a seccomp filter; the rest is the kernel's. */
#include "prctl.h"

#include <pidepoch.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "core/sys.h"
#include "filter.h"
#include "real.h"

static long set_seccomp(unsigned long mode, const void *program)
{
	const struct pe_gate_call call = {
		.nr = SYS_prctl,
		.arg = { PR_SET_SECCOMP, (long)mode, PE_SYS_LONG(program) },
	};

	return pe_notify_filter_install(mode == SECCOMP_MODE_STRICT ? NULL : program, &call);
}

long pe_prctl_made(const long *a)
{
	int option = (int)a[0];

	if (option == PR_SET_SECCOMP &&
	    (a[1] == SECCOMP_MODE_STRICT || a[1] == SECCOMP_MODE_FILTER))
		return set_seccomp((unsigned long)a[1], (const void *)a[2]);
	if (option == PR_SET_DUMPABLE && a[1] != 1)
		pe_preload_hiding();
	return pe_sys_prctl(option, a[1], a[2], a[3], a[4]);
}

PE_PUBLIC int prctl(int option, ...)
{
	long arg[5] = { option };
	va_list more;

	/* libc reads as many whatever was given */
	va_start(more, option);
	for (int i = 1; i < 5; i++)
		arg[i] = va_arg(more, long);
	va_end(more);
	if (option >= PR_GET_PID_EPOCH && option <= PR_SET_PID_EPOCH_SIGNAL)
		return (int)pe_result(
			pe_preload_prctl(option, (unsigned long)arg[1], (unsigned long)arg[2]));
	return (int)pe_result(pe_prctl_made(arg));
}
