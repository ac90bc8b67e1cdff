/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory - read and write another process's memory. No other file does.
 *
 *   open /proc/PID/mem: that process's address space from now on
 *                      ──> is the caller still held? ──> copy
 *
 * memory.1  The descriptor stays with the address space that it was opened for, whichever process
 *           has the pid later. A caller's memory is opened first, then its notification is
 *           verified, and only that descriptor is used after that.
 * memory.2  The other process can delay a copy at will. So only helpers copy, never the worker
 *           (helper.h).
 * memory.3  /proc/PID/mem ignores page protection, so the protection is looked up before each copy:
 *           what the process could not read or write itself fails with EFAULT.
 */
#ifndef PE_SUPERVISOR_PEER_MEMORY_H
#define PE_SUPERVISOR_PEER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* descriptors, or -1 */
struct pe_memory {
	int mem, maps;
};

#define PE_MEMORY_CLOSED ((struct pe_memory){ -1, -1 })

/* @proc: "" in the supervisor, whose working directory is /proc; or "/proc/".
 * 0; -ENOSYS: this memory may not be read (another user's, one of a program that may not be dumped,
 * Yama); -ESRCH. After 0 it must be closed. */
int pe_memory_open(struct pe_memory *m, const char *proc, int pid);
void pe_memory_close(const struct pe_memory *m);

/* The lines of its maps, from the first; NULL: they cannot be read. The caller calls fclose(). */
FILE *pe_memory_maps(const struct pe_memory *m);

/* 0; -EFAULT */
int pe_memory_read(const struct pe_memory *m, uint64_t from, void *to, size_t bytes);
/* May the process itself write all of these bytes? */
bool pe_memory_is_writable(const struct pe_memory *m, uint64_t at, size_t bytes);
int pe_memory_write(const struct pe_memory *m, uint64_t to, const void *from, size_t bytes);

#endif
