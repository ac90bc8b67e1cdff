/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start - what the library takes from the C library when the program starts. Each C library has a
 * folder with these functions.
 *
 * Context: pe_libc_unwind_table() is async-signal-safe. The others are for a constructor.
 */
#ifndef PE_LIB_LIBC_START_H
#define PE_LIB_LIBC_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* main()'s vectors; each NULL if it cannot be found */
struct pe_libc_vectors {
	char **argv, **envp;
};

/* @argv, @envp: what the constructor was called with, which not every C library passes */
struct pe_libc_vectors pe_libc_vectors(char **argv, char **envp);

/* Has the C library registered an area for restartable sequences in each thread? If so, *@offset is
 * where it is, from the thread pointer on. */
bool pe_libc_has_rseq(ptrdiff_t *offset);

/* Called once, before the first pe_libc_unwind_table(), if stacks are to be recorded. */
void pe_libc_note_modules(void);

/* The .eh_frame_hdr of the module that @pc lies in, or NULL: none is known. */
const void *pe_libc_unwind_table(uintptr_t pc);

#endif
