/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * objects - volatile memory with a handle, which costs no system call while there is no pressure.
 *
 *                      pin                     too much debt              reclaim, pin
 *   PURGED ----------------> NONVOLATILE <--> VOLATILE ------> ARMED ------------------> PURGED
 *                      lost=1          unpin          MADV_FREE  | pin: MADV_POPULATE_WRITE
 *                                      pin                       +--> NONVOLATILE, if all is there
 *
 * The word of an object: its state, LISTED, REFERENCED, and the number of pins.
 *
 * objects.1  A pin or an unpin of a VOLATILE or NONVOLATILE object is one compare-and-swap. All
 *            other changes are made under the lock of state.h; a state that is being changed is
 *            BUSY, and sends the compare-and-swap to the lock.
 * objects.2  Debt is the bytes of LISTED objects that are not armed: at least those that are
 *            VOLATILE. Each unpin that adds to it arms the oldest ones until it is below the cap
 *            (vrange.10).
 * objects.3  The order is that of a clock with a second chance: what was unpinned since it was
 *            listed goes to the end once.
 * objects.4  Arenas stay registered, so there are as many mappings as arenas. Memory that is new or
 *            lost comes by UFFDIO_COPY of zeros, as it is about to be written; that of a large
 *            object, of which a part may be enough, by UFFDIO_ZEROPAGE. The first page of an arena
 *            is written: mark.7.
 * objects.5  Without userfaultfd (level 3) a loss is seen by witness.h.
 * objects.6  Of an object that is older than a fork, only pages that are mapped once are given to
 *            the kernel: mark.4.
 * objects.7  What cannot be vouched for is lost: ARMED objects of a process that lost its
 *            registrations (state.2, state.3).
 */
#ifndef VR_OBJECTS_H
#define VR_OBJECTS_H

#include "core/memory/arena.h"
#include "vrange/witness.h"

struct vr_state;

enum vr_object_state {
	VR_OBJECT_NONVOLATILE,
	VR_OBJECT_VOLATILE,
	VR_OBJECT_ARMED,
	VR_OBJECT_PURGED,
	VR_OBJECT_BUSY,
	VR_OBJECT_DELETED,
};

#define VR_OBJECT_STATE	     UINT64_C(7)
#define VR_OBJECT_LISTED     UINT64_C(8)
#define VR_OBJECT_REFERENCED UINT64_C(16)
#define VR_OBJECT_PIN	     UINT64_C(256)

struct vrange_object {
	_Atomic uint64_t word;
	struct vr_span span;
	size_t size; /* as asked for, bytes */
	struct vr_witness *witness;
	uint32_t link;		 /* of the arena of records; not used */
	uint32_t index;		 /* its own */
	uint32_t next, previous; /* in its list; 0: none */
	uint32_t forks;		 /* of the process when its pages were new */
};

struct vr_object_list {
	uint32_t first, last; /* 0: empty */
	uint64_t bytes;
};

struct vr_arena; /* the first page of one */

struct vr_objects {
	struct pe_arena records;
	pe_arena_chunks chunks;
	struct vr_arena *arenas;
	bool registers;		       /* false: level 3 or 4 */
	uintptr_t fresh, fresh_end;    /* of the newest arena */
	void *zeros;		       /* ZEROS bytes, for new pages; NULL: not mapped */
	struct vr_object_list listed;  /* debt: oldest first */
	struct vr_object_list armed;   /* oldest first */
	struct vr_object_list deleted; /* their memory waits for an object of the same size */
	uint64_t cap;		       /* bytes of debt */
	uint32_t cap_age;	       /* unpins until it is computed again */
	uint64_t purged;	       /* bytes of objects that are PURGED and were not always */
};

/* All under the lock of state.h. Results are >= 0 or -errno. */
struct vrange_object *vr_objects_new(struct vr_state *st, size_t size); /* NULL: no memory */
void vr_objects_delete(struct vr_state *st, struct vrange_object *o);

/* Pins what the fast way could not. 0, 1: it was lost, or -ENOMEM and it is not pinned. */
int vr_objects_pin(struct vr_state *st, struct vrange_object *o);

void vr_objects_list(struct vr_state *st, struct vrange_object *o);    /* objects.2 */
void vr_objects_give_up(struct vr_state *st, struct vrange_object *o); /* the last pin: PURGED */
size_t vr_objects_trim(struct vr_state *st, size_t bytes);

/* Copies from it without a pin. 0 or -EAGAIN. */
int vr_objects_read(struct vr_state *st, struct vrange_object *o, void *to, size_t at, size_t n);

/* In a new process, or when the registrations are gone. @trusted: they were whole up to now. */
void vr_objects_adopt(struct vr_state *st, bool trusted);

static inline enum vr_object_state vr_object_state(uint64_t word)
{
	return (enum vr_object_state)(word & VR_OBJECT_STATE);
}

#endif
