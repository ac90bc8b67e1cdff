/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * maps - the mappings of a process: the lines of /proc/PID/maps, and the ioctl PROCMAP_QUERY
 * (Linux 6.11) on a descriptor of that file.
 *
 *   "7f12a0000000-7f12a0021000 r-xp 00001000 08:01 1234      /usr/lib/libc.so.6"
 *    start        end          mode offset   device inode    path
 */
#ifndef PE_CORE_MAPS_H
#define PE_CORE_MAPS_H

#include "core/contract.h"

struct pe_maps_line {
	uint64_t start, end, offset, inode;
	uint32_t major, minor;
	bool readable, writable, executable, shared;
	const char *path; /* in the line; "" if there is none */
};

/* @line ends with NUL or newline. false: it is not a line of maps. */
bool pe_maps_parse(const char *line, struct pe_maps_line *m);

/* The lines of @fd, through a buffer of the caller. The other fields are zero at the start. */
struct pe_maps_reader {
	int fd;
	char *buffer;
	size_t size;
	size_t at, have; /* the next line, and the end of what was read */
	bool cut;	 /* the line that was returned last goes on: its rest is skipped */
	long error;	 /* after the last line: 0, or -errno of the read */
};

/* false: there are no more lines. A line that does not fit is cut. @m is valid until the next
 * call. */
bool pe_maps_next(struct pe_maps_reader *r, struct pe_maps_line *m);

/* struct procmap_query of linux/fs.h, which the headers of older kernels lack */
struct pe_maps_query {
	uint64_t size, flags, address;
	uint64_t start, end, vma_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};

enum { /* flags: which mapping is wanted; vma_flags: what it is */
       PE_MAPS_READABLE = 0x01,
       PE_MAPS_WRITABLE = 0x02,
       PE_MAPS_SHARED = 0x08,
       PE_MAPS_COVERING_OR_NEXT = 0x10,
};

/* Find the mapping of @address. 0; -ENOENT: there is none; another -errno. */
int pe_maps_query(int fd, uint64_t address, uint64_t flags, struct pe_maps_query *q);

#endif
