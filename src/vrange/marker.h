/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * marker - how "pidepoch status" finds the library's counts in another process's memory.
 *
 *   .data of libvrange.so   | ... | "vrange: counts" | version | &listed | &armed | ... |
 *
 * marker.1  The reader accepts a marker of its own version only. It follows the addresses, and
 *           interprets nothing else of the process.
 */
#ifndef VR_MARKER_H
#define VR_MARKER_H

#include <stdint.h>

#define VR_MARKER_NAME	  "vrange: counts" /* with its NUL, 15 of 16 bytes */
#define VR_MARKER_VERSION 1

/* bytes each; see struct vrange_stat */
enum vr_marker_count {
	VR_MARKER_DEBT,	  /* of objects, not yet given to the kernel */
	VR_MARKER_ARMED,  /* of objects, given to the kernel */
	VR_MARKER_RANGES, /* of mvrange() */
	VR_MARKER_LOST,	  /* found lost, or purged on request, so far */
	VR_MARKER_COUNTS,
};

struct vr_marker {
	char name[16];
	uint64_t version;
	const uint64_t *count[VR_MARKER_COUNTS];
};

#endif
