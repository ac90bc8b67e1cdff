/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_table - a sorted index of .eh_frame, built once for each file. A program that is linked by
 * plain `gcc -static` has no such index.
 *
 *   /proc/TID/exe ── sections ──> .eh_frame ── each FDE ──> { code, FDE }, sorted
 *
 * stack_table.1  Entries are as in .eh_frame_hdr: two 32-bit distances from `base`, the address at
 *                which .eh_frame is linked.
 * stack_table.2  It is built from the file, and cached under the file's inode, size and times. It
 *                is never built from the memory of a process: a hostile process could supply a
 *                wrong table for other processes of the same file.
 * stack_table.3  A file is read only if the caller could read it (S18), and if .eh_frame has at
 *                most PE_STACK_TABLE_BYTES.
 * stack_table.4  The file may have any content. The first malformed entry ends the table.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_TABLE_H
#define PE_SUPERVISOR_UNWIND_STACK_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PE_STACK_TABLE_BYTES (16u << 20)

struct pe_stack_table_entry {
	int32_t start, fde;
};

struct pe_stack_table {
	uint64_t base;
	size_t entries;
	const struct pe_stack_table_entry *entry;
};

/* The table of the program of thread @tid, if its inode number is @inode (0: any). NULL: there is
 * no .eh_frame, or the file has an index. Valid until the next call. */
const struct pe_stack_table *pe_stack_table_of(int tid, ino_t inode);

#endif
