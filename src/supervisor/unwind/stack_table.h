/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_table - the sorted index of .eh_frame that a program linked by plain `gcc -static` lacks,
 * built once for each file.
 *
 *   /proc/TID/exe ── sections ──> .eh_frame ── each FDE ──> { its code, its place }, sorted
 *
 * stack_table.1  Entries are as in .eh_frame_hdr: two 32-bit distances from `base`, the address at
 *                which .eh_frame is linked.
 * stack_table.2  It is built from the file and kept by the file's inode, size and times. It is
 *                never built from a process's memory, which could put a wrong table to another
 *                process of the same file.
 * stack_table.3  A file is read only if the caller could read it (S18), and .eh_frame is at most
 *                PE_STACK_TABLE_BYTES.
 * stack_table.4  Any bytes may stand in the file. What is malformed ends the table there.
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

/* The table of the program of thread @tid, if that is the file with the inode number @inode (0:
 * whichever). NULL: it has none, or an index of its own. Valid until the next call. */
const struct pe_stack_table *pe_stack_table_of(int tid, ino_t inode);

#endif
