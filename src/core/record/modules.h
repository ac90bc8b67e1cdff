/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modules - records of the code that is mapped into a program, and where. They outlive the program.
 *
 *   /proc/PID/maps ── executable files ──> one record each: address, offset, build id
 *                                    └────> their hash names the set, which events refer to
 *
 * modules.1  The data comes from the kernel, not from the loader: this takes no lock and may run in
 *            a handler. A module's build id is copied by a system call that fails if the module has
 *            been unmapped.
 * modules.2  Work is bounded: the caller's buffer, a few reads and writes. Each write has whole
 *            lines.
 * modules.3  The same mappings have the same name in every process, so a forked child need not
 *            write them again.
 */
#ifndef PE_CORE_RECORD_MODULES_H
#define PE_CORE_RECORD_MODULES_H

#include "core/contract.h"
#include "core/maps.h"

#define PE_MODULES_ROOM 16384u

/* executable code from a file, or the kernel's own page */
struct pe_modules_mapping {
	struct pe_maps_line line; /* valid only during the call */
	uint64_t base;		  /* where the beginning of the same file is mapped; 0: not known */
};

/* false: stop */
typedef bool pe_modules_see(void *arg, const struct pe_modules_mapping *m);

/*
 * In all three: @pid is a process, or 0 for this one; @room has PE_MODULES_ROOM bytes.
 *
 * Call @see for each mapping of code. false: /proc cannot be read.
 */
bool pe_modules_each(int pid, char *room, pe_modules_see *see, void *arg);

/* The name of the set as it is now. 0: /proc cannot be read. */
uint64_t pe_modules_name(int pid, char *room);

/* Write the records of the set to descriptor @fd, each with the name @name. */
void pe_modules_write(int fd, int pid, uint64_t name, char *room);

#endif
