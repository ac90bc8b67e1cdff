/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loadable - can a program that is about to be executed load this library?
 *
 * A program that cannot load it gets the environment that its parent chose, without additions: a
 * static program, one for another machine or another C library, one that gains rights. If it cannot
 * be determined, the program counts as loadable.
 *
 * Context: async-signal-safe; any thread; a vfork child. openat, fstat, read and close are the only
 * system calls.
 */
#ifndef PE_PRELOAD_LOADABLE_H
#define PE_PRELOAD_LOADABLE_H

#include <fcntl.h>
#include <stdbool.h>

/* The program that an exec or a spawn names. */
struct pe_loadable {
	int dir;	  /* AT_FDCWD, or the directory of a relative path */
	const char *path; /* NULL: the shell */
	int flags;	  /* AT_EMPTY_PATH: @dir is the program itself */
	bool search;	  /* a path without a slash is looked up in PATH */
};

bool pe_loadable(const struct pe_loadable *program);

#endif
