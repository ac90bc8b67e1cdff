/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program - the file that a command name means, and whether a library can be preloaded into it.
 *
 * program.1  A name is resolved as execvp(3) does, except that a directory of PATH without search
 *            permission is skipped, as in a shell.
 * program.2  The verdict is about the file that the kernel finally loads: for a script, its
 *            interpreter.
 * program.3  A file that cannot be examined (unreadable, not ELF, a format of binfmt_misc) is
 *            accepted: exec decides.
 */
#ifndef PE_CLI_PROGRAM_H
#define PE_CLI_PROGRAM_H

#include <stddef.h>

enum pe_program_fit {
	PE_PROGRAM_FITS,
	PE_PROGRAM_STATIC,  /* it has no PT_INTERP */
	PE_PROGRAM_FOREIGN, /* another class or machine: i386, x32, ... */
	PE_PROGRAM_LIBC,    /* the dynamic loader of another C library */
	PE_PROGRAM_MUSL,    /* that of musl: the libraries' build for musl fits */
	/* setuid, setgid or file capabilities: the loader ignores LD_PRELOAD */
	PE_PROGRAM_PRIVILEGED,
	/* AddressSanitizer must be the first library, and ends the program otherwise */
	PE_PROGRAM_SANITIZED,
	PE_PROGRAM_NO_INTERPRETER, /* a script or program whose interpreter does not exist */
};

/* 0 and the path; -ENOENT: no such file; -EACCES: it exists, but may not be executed */
int pe_program_find(const char *name, char *out, size_t size);

/* Examine the file @path; @file gets the file that the verdict is about. */
enum pe_program_fit pe_program_judge(const char *path, char *file, size_t size);

/* The reason why the library cannot be preloaded, as text; NULL: it can, or the interpreter does
 * not exist. */
const char *pe_program_why(enum pe_program_fit fit);

#endif
