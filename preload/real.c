/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

_Atomic(void *) pe_real_found[PE_REAL_COUNT];

void *pe_real_look_up(enum pe_real which)
{
#define PE_REAL_NAME(name) [PE_REAL_##name] = #name,
	static const char names[PE_REAL_COUNT][20] = { PE_REALS(PE_REAL_NAME) };
#undef PE_REAL_NAME
	void *found = dlsym(RTLD_NEXT, names[which]);

	atomic_store_explicit(&pe_real_found[which], found, memory_order_relaxed);
	return found;
}

static __attribute__((constructor)) void begin(void)
{
	for (unsigned int i = 0; i < PE_REAL_COUNT; i++)
		pe_real_look_up((enum pe_real)i);
}

/* The forks and waits of the program pass through this library (lib/preload_api.h). */
const bool pe_preload_sees_calls = true;

long pe_real_call(const struct pe_gate_call *call)
{
	const long *a = call->arg;
	long n = PE_REAL(syscall)(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	return n == -1 ? -errno : n;
}
