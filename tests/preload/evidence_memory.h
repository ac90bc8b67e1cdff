/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that two processes map, by which evidence_told.c passes a pid on. */
#ifndef TESTS_PRELOAD_EVIDENCE_MEMORY_H
#define TESTS_PRELOAD_EVIDENCE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#define MEMORY 22 /* the inherited descriptor of memory without a name */
#define SIZE   16384

/* Make it; @path becomes what the other process opens. */
void make_memory(char *path, size_t size);

/* By a store into the same memory, which has no name, and which the other process maps as well. */
extern char *shared;
void store(const char *data, size_t n);

/* In the other process: map the file at @path, unless it has been mapped. Can it be mapped? */
bool read_mapping(const char *path);

#endif
