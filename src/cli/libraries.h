/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libraries - the libraries that "pidepoch run" preloads, and the LD_PRELOAD that names them.
 *
 *   LD_PRELOAD=[libvrange.so:]libpidepoch-preload.so[:the program's own ...]
 *
 * libraries.1  Each library is named once, however deep runs are nested.
 * libraries.2  libvrange comes first. Its syscall() passes on the numbers that it does not serve;
 *              that of libpidepoch-preload hands them to the kernel.
 */
#ifndef PE_CLI_LIBRARIES_H
#define PE_CLI_LIBRARIES_H

#include <limits.h>
#include <stdbool.h>

#include "cli/program.h"

struct pe_libraries {
	char own[PATH_MAX];    /* libpidepoch-preload.so */
	char vrange[PATH_MAX]; /* libvrange.so; "": not asked for */
};

/* Finds the library, and libvrange if @vrange; @musl: for a program of musl. 0, or an exit status
 * after an error message. */
int pe_libraries_find(struct pe_libraries *l, bool musl, bool vrange);

/* As pe_program_judge(). *@musl: it fits the libraries' build for musl, which is installed. */
enum pe_program_fit pe_libraries_judge(const char *path, char *file, size_t size, bool *musl);

/* The LD_PRELOAD for a program that had @old. @own: false for a program that cannot load the
 * libraries; copies of ours are then removed. To be freed; NULL: no memory. */
char *pe_libraries_join(const struct pe_libraries *l, bool own, const char *old);

#endif
