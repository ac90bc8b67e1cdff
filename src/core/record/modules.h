/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modules - what code is mapped where, as records that outlive the program.
 *
 *   /proc/self/maps ── executable files ──> one record each: where, which part of the file, its build id
 *                                    └────> their hash names the set: events say which set their addresses are of
 *
 * modules.1  Read from the kernel and not from the loader: no lock, legal in a handler. A module's
 *            build id is copied by a system call that fails where the module is gone by now.
 * modules.2  Bounded: the caller's buffer, a few reads and writes. Each write is whole lines.
 * modules.3  The same mappings have the same name in every process: a forked child need not write
 *            them again.
 */
#ifndef PE_CORE_RECORD_MODULES_H
#define PE_CORE_RECORD_MODULES_H

#include "core/contract.h"

#define PE_MODULES_ROOM 16384u

/* @room: PE_MODULES_ROOM bytes. The name of the set as it is now, 0: /proc cannot be read. */
uint64_t pe_modules_name(char *room);

/* Write the records of the set to descriptor @fd, each with @name. */
void pe_modules_write(int fd, uint64_t name, char *room);

#endif
