/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

static _Atomic(void *) table[PE_REAL_COUNT];

static void *look_up(enum pe_real which)
{
#define PE_REAL_NAME(name) [PE_REAL_##name] = #name,
	static const char names[PE_REAL_COUNT][16] = { PE_REALS(PE_REAL_NAME) };
#undef PE_REAL_NAME
	void *found = dlsym(RTLD_NEXT, names[which]);

	atomic_store_explicit(&table[which], found, memory_order_relaxed);
	return found;
}

void *pe_real(enum pe_real which)
{
	void *found = atomic_load_explicit(&table[which], memory_order_relaxed);

	return likely(found) ? found : look_up(which);
}

static __attribute__((constructor)) void begin(void)
{
	for (unsigned int i = 0; i < PE_REAL_COUNT; i++)
		look_up((enum pe_real)i);
}

long pe_result(long n)
{
	if (likely(n >= 0))
		return n;
	errno = (int)-n;
	return -1;
}
