/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapping - what kind of memory an address belongs to.
 *
 * By PROCMAP_QUERY (Linux 6.11) on a descriptor of /proc/self/maps, else from the text of that
 * file.
 */
#ifndef VR_MAPPING_H
#define VR_MAPPING_H

#include "vrange/kernel.h"

struct vr_mapping {
	struct vr_span span;
	uint64_t inode;	 /* 0: anonymous */
	uint64_t offset; /* of span.start in the file, bytes */
	uint32_t major, minor;
	uint32_t page; /* bytes of a page of this mapping; more than VR_PAGE: huge pages */
	bool readable, writable, shared;
};

enum vr_mapping_kind {
	VR_MAPPING_ANONYMOUS, /* private, writable: what can be volatile */
	VR_MAPPING_SHARED,    /* of a file, or shared anonymous memory */
	VR_MAPPING_OTHER,     /* private of a file, or not writable: never purged */
	VR_MAPPING_HUGE,      /* hugetlb */
};

/* The mapping that covers @at, or the next one. @query: a descriptor for PROCMAP_QUERY, or -1.
 * 0, -ENOENT: there is none, or -errno. */
int vr_mapping_find(int query, uintptr_t at, struct vr_mapping *m);

int vr_mapping_query_open(void); /* a descriptor, or -errno where there is no PROCMAP_QUERY */

enum vr_mapping_kind vr_mapping_kind(const struct vr_mapping *m);

#endif
