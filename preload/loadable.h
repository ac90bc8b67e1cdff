/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loadable - can a program that is about to be executed load this library?
 *
 * A program that cannot load any gets the environment that its parent chose, without additions: a
 * static program, one for another machine, one that gains rights. A program of the other C library
 * can load that library's build, if it is installed (libc/loaders.h). If it cannot be determined,
 * the program counts as loadable.
 *
 * Context: async-signal-safe; any thread; a vfork child. openat, fstat, read and close are the only
 * system calls.
 */
#ifndef PE_PRELOAD_LOADABLE_H
#define PE_PRELOAD_LOADABLE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

/* The program that an exec or a spawn names. */
struct pe_loadable {
	int dir; /* AT_FDCWD, or the directory of a relative path */
	/* NULL: the shell, which counts as loadable unless it is of the other C library */
	const char *path;
	int flags;   /* AT_EMPTY_PATH: @dir is the program itself */
	bool search; /* a path without a slash is looked up in PATH */
};

enum pe_loader { PE_LOADER_NONE, PE_LOADER_OWN, PE_LOADER_OTHER };

/* Which build can it load: none, this one, or that of the other C library? */
enum pe_loader pe_loadable_by(const struct pe_loadable *program);

static inline bool pe_loadable(const struct pe_loadable *program)
{
	return pe_loadable_by(program) == PE_LOADER_OWN;
}

/* The value of PATH, or what libc takes if there is none. */
const char *pe_loadable_path(void);

/* Put @name in the first directory of *@list into @file, and make *@list the rest. A name that is
 * too long for @file becomes empty. false: the list was empty. */
bool pe_loadable_next(const char **list, const char *name, char *file, size_t size);

#endif
