/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths - where the other parts of this pidepoch lie.
 *
 *   installed    PREFIX/bin/pidepoch   PREFIX/lib/libpidepoch-preload.so   PREFIX/libexec/pidepoch/innocent
 *   build tree   TOP/.../pidepoch      TOP/preload/.libs/...               TOP/tests/programs/innocent
 *
 * A place named in the environment is the only one looked at. Else everything is told from the
 * binary's own place first, so that an installed tree may be moved, and the configured place is the
 * last resort.
 */
#ifndef PE_CLI_PATHS_H
#define PE_CLI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#define PE_PATHS_LIBRARY "libpidepoch-preload.so"

/* the binary that is running; 0 or -errno */
int pe_paths_self(char *out, size_t size);

/* The preload library, free of links. 0 or -ENOENT, and then @out says where it was looked for. */
int pe_paths_library(char *out, size_t size);

/* is the @n bytes long entry of LD_PRELOAD a copy of our library, wherever it lies? */
bool pe_paths_is_library(const char *entry, size_t n);

/* the same for a program or script of the demonstration */
int pe_paths_helper(const char *name, char *out, size_t size);

#endif
