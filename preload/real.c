/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include "libc/names.h"
#include "next.h"

_Atomic(void *) pe_real_found[PE_REAL_COUNT];

#define PE_REAL_NAME(name) [PE_REAL_##name] = #name,
static const char names[PE_REAL_COUNT][PE_NEXT_NAME] = { PE_REALS(PE_REAL_NAME) };
#undef PE_REAL_NAME

static void keep(unsigned int which, void *found)
{
	atomic_store_explicit(&pe_real_found[which], found, memory_order_relaxed);
}

void *pe_real_look_up(enum pe_real which)
{
	void *found = dlsym(RTLD_NEXT, names[which]);

	keep(which, found);
	return found;
}

static __attribute__((constructor)) void begin(void)
{
	struct pe_next n = { .name = names, .count = PE_REAL_COUNT };
	const struct link_map *self = pe_libc_self();

	if (self)
		pe_next_find(self, &n);
	for (unsigned int i = 0; i < PE_REAL_COUNT; i++)
		if (self && !n.left[i])
			keep(i, n.found[i]);
		else
			pe_real_look_up((enum pe_real)i);
}

/* Defined by the compiler's start files, without which this library is linked (local.mk). */
extern void *const __dso_handle PE_HIDDEN __attribute__((weak));
void *const __dso_handle = NULL;

/* The forks and waits of the program pass through this library (lib/preload_api.h). */
const bool pe_preload_sees_calls = true;

long pe_real_call(const struct pe_gate_call *call)
{
	const long *a = call->arg;
	long n = PE_REAL(syscall)(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	return n == -1 ? -errno : n;
}
