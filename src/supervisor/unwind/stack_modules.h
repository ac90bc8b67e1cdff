/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_modules - the executable mappings of a watched process, and their unwind tables.
 *
 *   address ──> mapping ──> ELF headers, in the process's memory ──> .eh_frame_hdr
 *                                                    └ missing ────> stack_table.h
 *
 * stack_modules.1  The mappings are read once for each stack, at most PE_STACK_MODULES of them.
 * stack_modules.2  The program may be hostile, so no number in its headers is trusted. It is used
 *                  only as an address for stack_memory.h.
 */
#ifndef PE_SUPERVISOR_UNWIND_STACK_MODULES_H
#define PE_SUPERVISOR_UNWIND_STACK_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_STACK_MODULES 1024u

/* a sorted index of FDEs: pairs of 32-bit distances from `base` */
struct pe_stack_index {
	uint64_t base;
	uint64_t at;	/* address of the first pair, as for stack_memory.h */
	size_t entries; /* 0: there is no index */
};

struct pe_stack_module {
	uint64_t start, end, base, inode;
	bool is_ours; /* the preload library: its frames are left out */
	bool is_known;
	struct pe_stack_index index;
};

/* Read the mappings of the process of thread @tid. false: they cannot be read. */
bool pe_stack_modules_read(int tid);

/* Is the preload library among them? */
bool pe_stack_modules_has_library(void);

/* The module that has code at @ip, or NULL. */
struct pe_stack_module *pe_stack_modules_at(uint64_t ip);

const struct pe_stack_index *pe_stack_modules_index(struct pe_stack_module *m);

#endif
