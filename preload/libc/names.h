/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names - what differs between C libraries for the interposers. Each C library has a folder with
 * these functions, and with the interposers of the names that only it has.
 */
#ifndef PE_PRELOAD_LIBC_NAMES_H
#define PE_PRELOAD_LIBC_NAMES_H

#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* This library in the loader's list, or NULL: it cannot be found there. For a constructor. */
const struct link_map *pe_libc_self(void);

/* Where the C library keeps the two ends of the text that a stream has read. */
struct pe_libc_text {
	char *const *start, *const *end;
};

/* false: it cannot be found. */
bool pe_libc_text_of(FILE *stream, struct pe_libc_text *text);

/* The pid of the child of @stream, which popen() returned. It is read from memory of the C library;
 * the caller confirms it (core/engine/hidden.h). */
pid_t pe_libc_pipe_pid(FILE *stream);

#endif
