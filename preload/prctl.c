/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prctl - the two options of the proposal, those of the signal, and a seccomp filter; the rest is the kernel's. */
#include "real.h"

#include <pidepoch.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "core/sys.h"
#include "filter.h"

static long set_seccomp(unsigned long mode, const void *program)
{
	const struct pe_gate_call call = {
		.nr = SYS_prctl,
		.arg = { PR_SET_SECCOMP, (long)mode, PE_SYS_LONG(program) },
	};

	return pe_filter_install(mode == SECCOMP_MODE_STRICT ? NULL : program, &call);
}

PE_PUBLIC int prctl(int option, ...)
{
	unsigned long arg[5] = { 0 };
	va_list more;

	/* libc reads as many whatever was given */
	va_start(more, option);
	for (int i = 1; i < 5; i++)
		arg[i] = va_arg(more, unsigned long);
	va_end(more);
	if (option >= PR_GET_PID_EPOCH && option <= PR_SET_PID_EPOCH_SIGNAL)
		return (int)pe_result(pe_door_prctl(option, arg[1], arg[2]));
	if (option == PR_SET_SECCOMP &&
	    (arg[1] == SECCOMP_MODE_STRICT || arg[1] == SECCOMP_MODE_FILTER))
		return (int)pe_result(set_seccomp(arg[1], (const void *)arg[2]));
	if (option == PR_SET_DUMPABLE && arg[1] != 1)
		pe_door_hiding();
	return (int)pe_result(
		pe_sys_prctl(option, (long)arg[1], (long)arg[2], (long)arg[3], (long)arg[4]));
}
