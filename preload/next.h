/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * next - the functions that follow this library in the loader's search order: what
 * dlsym(RTLD_NEXT) finds, for many names at once.
 *
 *   this library ── l_next ──> libfoo ── l_next ──> libc ── l_next ──> ld.so
 *                              hash table?          hash table: found
 *
 * next.1  A call of dlsym() takes locks and prepares for errors, which costs each program more at
 *         its start than the rest of this library. Here each library's hash table is read directly.
 * next.2  A name is answered as dlsym() would answer it, or left to dlsym(): a definition with a
 *         resolver function, a thread-local one, and everything from the first library on that has
 *         no table of this kind.
 * next.3  For the start of the program, when no library is unloaded. It calls no function of libc
 *         and allocates nothing.
 */
#ifndef PE_PRELOAD_NEXT_H
#define PE_PRELOAD_NEXT_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

#define PE_NEXT_NAME 20u /* bytes of a name, with its end */
#define PE_NEXT_MOST 128u

/* What is to be found, and what was found of it. */
struct pe_next {
	const char (*name)[PE_NEXT_NAME];
	size_t count;		   /* at most PE_NEXT_MOST */
	void *found[PE_NEXT_MOST]; /* NULL: no library has it, or it was not looked for */
	bool left[PE_NEXT_MOST];   /* to dlsym() */
};

/* Look for all names in the libraries behind @self in the loader's list. */
void pe_next_find(const struct link_map *self, struct pe_next *n);

#endif
