/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unwinding - the unwinder's host functions for tests: glibc's way to find a module's table. */
#ifndef PE_TESTS_UNWINDING_H
#define PE_TESTS_UNWINDING_H

#include <dlfcn.h>

#include "core/stack/unwind.h"

static inline const void *find_table(uintptr_t pc)
{
	struct dl_find_object found;

	return _dl_find_object((void *)pc, &found) == 0 ? found.dlfo_eh_frame : NULL;
}

static struct pe_unwind_cache test_cache;
static const struct pe_unwind unwinding = { .find = find_table, .cache = &test_cache };

#endif
