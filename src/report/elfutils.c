// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/elfutils.h"

#include <dlfcn.h>
#include <stdbool.h>

/* It is never unloaded: its functions are used until the process ends. */
static bool load(struct pe_elfutils *to)
{
	static void *library;

	library = dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL);
	/* dlsym() searches the libraries that libdw needs, too */
#define FIND(name)                                                                                 \
	to->name = library ? (__typeof__(name) *)dlsym(library, #name) : NULL;                     \
	if (!to->name)                                                                             \
		return false;
	PE_ELFUTILS(FIND)
#undef FIND
	return true;
}

const struct pe_elfutils *pe_elfutils_get(void)
{
	static struct pe_elfutils all;
	static bool looked, there;

	if (!looked)
		there = load(&all);
	looked = true;
	return there ? &all : NULL;
}
