/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shared - which parts of files are volatile: known to all processes of a user, and crash-safe.
 *
 *   /dev/shm/vrange-UID:   header | lock | file[0] | file[1] | ...
 *
 *   file:  device, inode, birth      current ---+
 *          list[0]: extents, sorted, disjoint   |   a change writes the other list,
 *          list[1]: extents, sorted, disjoint <-+   then moves `current`
 *
 *   extent:  VOLATILE --> PURGING --(hole punched)--> PURGED       each step one store
 *
 * shared.1  SIGKILL between any two instructions leaves the old list or the new one.
 * shared.2  A holder that dies between PURGING and PURGED may have punched the hole or not. The
 *           next holder of the lock makes it PURGED: reported as lost, at worst needlessly.
 * shared.3  PURGED is remembered until it is unmarked. It is never concluded from a hole: a hole
 *           may be a part that was never written.
 * shared.4  Nothing in the file is believed before it is checked: counts are bounded, extents are
 *           sorted. What is not so is -EBADMSG.
 * shared.5  A file that no longer exists keeps its place only while it has extents and no new file
 *           needs the place; one with PURGED extents is never displaced.
 *
 * shared.6  The path is looked at by each call. A ledger that has lost bytes is -EBADMSG. What is
 *           known in one that was removed is carried over to its successor.
 *
 * Context: under the lock of state.h, signals masked.
 */
#ifndef VR_SHARED_H
#define VR_SHARED_H

#include "core/contract.h"

#define VR_SHARED_FILES	  64
#define VR_SHARED_EXTENTS 1024 /* of one file */

enum vr_extent_state { VR_EXTENT_VOLATILE = 1, VR_EXTENT_PURGING, VR_EXTENT_PURGED };

struct vr_extent {
	uint64_t start, end; /* bytes; multiples of the page size */
	uint64_t stamp;	     /* of the mark: smaller is older */
	_Atomic uint32_t state;
	uint32_t reserved;
};

struct vr_file_key {
	uint64_t device, inode, birth; /* birth 0: matches any */
};

struct vr_extent_list {
	uint32_t count, reserved;
	struct vr_extent extent[VR_SHARED_EXTENTS];
};

struct vr_shared_file {
	struct vr_file_key key; /* inode 0: free */
	uint64_t stamp;		/* of its newest mark */
	_Atomic uint32_t current;
	uint32_t reserved;
	struct vr_extent_list list[2];
};

struct vr_shared; /* the file, mapped */

/* which file is mapped */
struct vr_shared_place {
	struct vr_shared *at; /* NULL: none yet */
	uint64_t device, inode;
};

/* Maps the ledger and locks it. 0 or -errno. @path: NULL for the default. */
int vr_shared_enter(struct vr_shared_place *place, const char *path);
void vr_shared_leave(struct vr_shared *shared);

/* The file of @key; NULL: there is none. */
struct vr_shared_file *vr_shared_find(struct vr_shared *s, struct vr_file_key key);

/* The same, made if there is none. 0, -ENOSPC or -EBADMSG. */
int vr_shared_claim(struct vr_shared *s, struct vr_file_key key, struct vr_shared_file **file);

/* Its extents, checked. NULL: they are garbage. */
struct vr_extent_list *vr_shared_list(struct vr_shared_file *f);

/* [@start, @end) becomes VOLATILE where it is not PURGED already; with @try nothing changes. 0,
 * -ENOSPC or -EBADMSG. */
int vr_shared_mark(struct vr_shared *s, struct vr_shared_file *f, uint64_t start, uint64_t end,
		   bool try);

/* [@start, @end) is no longer volatile. 0, 1: a part was PURGED, or -errno. */
int vr_shared_unmark(struct vr_shared_file *f, uint64_t start, uint64_t end);

/* Calls back for each file that is in use, until one returns other than 0. */
int vr_shared_each(struct vr_shared *s, int (*act)(struct vr_shared_file *f, void *arg), void *arg);

#endif
