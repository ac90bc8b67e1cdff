/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths - where the other files of this pidepoch are installed.
 *
 *   installed     PREFIX/bin/pidepoch     PREFIX/lib/LIBRARY     PREFIX/libexec/pidepoch/PROGRAM
 *   build tree    TOP/.../pidepoch        TOP/.libs/LIBRARY      TOP/tests/programs/PROGRAM
 *
 * A folder musl beside LIBRARY has its build for programs of musl.
 *
 * A directory named in the environment is the only one that is searched. Otherwise directories
 * relative to the binary come first, so that an installed tree may be moved, and the configured
 * directory comes last.
 */
#ifndef PE_CLI_PATHS_H
#define PE_CLI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#define PE_PATHS_LIBRARY "libpidepoch-preload.so"
#define PE_PATHS_VRANGE	 "libvrange.so.0"
#define PE_PATHS_MUSL	 "musl/" /* as PE_LOADERS_MUSL_FOLDER in preload/libc/loaders.h */

/* The path of the running binary. 0 or -errno. */
int pe_paths_self(char *out, size_t size);

/* The preload library, with links resolved; @musl: its build for musl. 0, or -ENOENT; then @out
 * lists the directories searched. */
int pe_paths_library(bool musl, char *out, size_t size);

/* The same for libvrange. */
int pe_paths_vrange(bool musl, char *out, size_t size);

/* Does this entry of LD_PRELOAD, of @n bytes, name a copy of our library, in any directory? */
bool pe_paths_is_library(const char *entry, size_t n);

/* The same for libvrange, of any version. */
bool pe_paths_is_vrange(const char *entry, size_t n);

/* As pe_paths_library(), for a program or script of the demonstration. */
int pe_paths_helper(const char *name, char *out, size_t size);

#endif
