/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file - fvrange(): volatile parts of files in memory (tmpfs, memfd), for all processes that use
 * them.
 *
 * file.1  Only a file system in memory: what is dropped of a disk file comes back by itself.
 * file.2  A purge maps the part by the descriptor that the mark was made with, compares the mapping
 *         with the file that was marked, and only then punches the hole, with the state PURGING
 *         before and PURGED after it: the number of the descriptor may be another file's by now. It
 *         closes no descriptor of the file, which would end the program's record locks on it.
 * file.3  The kernel does not purge such files. Some process has to: a mark looks at the headroom
 *         and purges the oldest parts if it is small. It looks if the last look was a tenth of a
 *         second ago, or if 4 MiB were marked since, however fast that was. The lock of the ledger
 *         elects one process at a time. This is slower than a hard burst of allocations.
 * file.4  What this process has no descriptor of, another process purges.
 *
 * Context: under the lock of state.h.
 */
#ifndef VR_FILE_H
#define VR_FILE_H

#include "vrange/shared.h"

struct vr_state;

#define VR_FILE_KNOWN 32

/* descriptors that marks were made with */
struct vr_files {
	struct vr_shared_place ledger;
	struct {
		struct vr_file_key key;
		int fd;
	} known[VR_FILE_KNOWN];
	uint32_t next;	  /* place in `known` */
	uint64_t checked; /* when the headroom was looked at, nanoseconds */
	uint64_t marked;  /* bytes, since then */
};

struct vr_file_part {
	struct vr_file_key key;
	uint64_t start, end; /* bytes of the file */
	int fd;		     /* -1: none is known */
};

/* The part of @fd. -EINVAL: no file in memory. -EBADF: no descriptor, or not writable. */
int vr_file_part(int fd, uint64_t start, uint64_t end, struct vr_file_part *part);

int vr_file_mark(struct vr_state *st, const struct vr_file_part *part);
int vr_file_can_mark(struct vr_state *st, const struct vr_file_part *part); /* 0, or its error */
int vr_file_unmark(struct vr_state *st, const struct vr_file_part *part, bool partial);

/* 1: a part of it is volatile or lost. 0, or -errno */
int vr_file_is_marked(struct vr_state *st, const struct vr_file_part *part);

/* Purges the oldest parts, of files that this process has descriptors of. Bytes purged. */
size_t vr_file_trim(struct vr_state *st, size_t bytes);

/* A descriptor of this process that can punch holes into the file; -1: there is none. */
int vr_file_known(struct vr_state *st, const struct vr_file_key *key);

#endif
