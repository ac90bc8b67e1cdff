/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program - the file that a command name stands for, and whether a library can be preloaded into
 * it.
 *
 * program.1  A name is resolved as execvp(3) does, but as in a shell a folder of PATH that may not
 *            be searched counts for nothing.
 * program.2  The judgement is about the file that the kernel loads in the end: a script stands for
 *            its interpreter.
 * program.3  A file that cannot be judged (unreadable, no ELF, a format of binfmt_misc) passes:
 *            exec decides.
 */
#ifndef PE_CLI_PROGRAM_H
#define PE_CLI_PROGRAM_H

#include <stddef.h>

enum pe_program_fit {
	PE_PROGRAM_FITS,
	PE_PROGRAM_STATIC,  /* no dynamic loader is asked for */
	PE_PROGRAM_FOREIGN, /* another class or machine: i386, x32, ... */
	PE_PROGRAM_LIBC,    /* the dynamic loader of another C library */
	/* setuid, setgid or file capabilities: the loader ignores LD_PRELOAD */
	PE_PROGRAM_PRIVILEGED,
	PE_PROGRAM_SANITIZED, /* its AddressSanitizer ends it unless that is the first library */
	PE_PROGRAM_NO_INTERPRETER, /* a script or program whose interpreter does not exist */
};

/* 0 and the path; -ENOENT: no such file; -EACCES: there, but it may not be executed */
int pe_program_find(const char *name, char *out, size_t size);

/* judge the file @path; @file gets the file that the verdict is about */
enum pe_program_fit pe_program_judge(const char *path, char *file, size_t size);

/* why the library cannot be loaded into it, for people; NULL: it can, or there is nothing to load
 * it into */
const char *pe_program_why(enum pe_program_fit fit);

#endif
