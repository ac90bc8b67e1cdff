/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state - the one instance of what the library knows, its lock, and its life across fork.
 *
 * state.1  Between vr_state_enter() and vr_state_leave() no signal is delivered to the thread and
 *          no other thread is inside. A handler may therefore make every call.
 * state.2  A process that was forked behind the library's back (a raw system call) is recognized by
 *          its first call: a page that the kernel wipes in a forked process reads as zero. Pages
 *          may have been lost without a trace before that, so every range it inherited is reported
 *          as lost.
 * state.3  The same happens when the program has closed or replaced the descriptor of the
 *          userfaultfd: the registrations went with it.
 * state.4  A userfaultfd belongs to the memory of the process that opened it. A forked process
 *          closes the inherited one before anything else, and opens its own.
 */
#ifndef VR_STATE_H
#define VR_STATE_H

#include "vrange/file.h"
#include "vrange/ledger.h"
#include "vrange/objects.h"

/* what VRANGE_FORCE_OLD turns off */
#define VR_WITHOUT_QUERY       1u
#define VR_WITHOUT_POPULATE    2u
#define VR_WITHOUT_USERFAULTFD 4u
#define VR_WITHOUT_FREE	       8u

struct vr_descriptor {
	int fd;		/* -1: not open, or -errno: cannot be opened */
	uint64_t inode; /* as it was opened: the number may be another file's by now */
	uint64_t device;
};

struct vr_state {
	struct vr_ledger ledger;
	struct vr_objects objects;
	struct vr_files files;
	const char *ledger_path;   /* of shared.h; NULL: the default */
	struct vr_descriptor uffd; /* registers; level 3 without it */
	struct vr_descriptor maps; /* for PROCMAP_QUERY; level 2 without it */
	uint32_t without;	   /* VR_WITHOUT_ */
	bool probed;		   /* `without` is complete */
	uint32_t forks;		   /* of this process: older pages may be shared with another one */
	uint64_t lost;		   /* bytes that were found lost, or purged by vrange_trim() */
	uint64_t fork_mask;	   /* between the fork handlers, as the next */
	bool forking;
};

struct vr_state *vr_state_enter(uint64_t *mask);
void vr_state_leave(struct vr_state *st, uint64_t mask);

/* Without the lock: is no range volatile? True at times when another thread is just marking one. */
bool vr_state_idle(void);

int vr_state_uffd(struct vr_state *st); /* the descriptor, opened at need, or -errno */
int vr_state_maps(struct vr_state *st); /* for vr_mapping_find() */

/* The registrations are gone (state.2, state.3): every range is lost, and stays unregistered. */
void vr_state_adopt(struct vr_state *st);

/* Does @error say that the descriptor is no userfaultfd of ours any more? */
static inline bool vr_state_descriptor_gone(int error)
{
	return error == -EBADF || error == -ENOTTY;
}

/* --- descriptor.c; without the lock, as a handler or a vfork child may call --- */

bool vr_state_is_own(int fd);
int vr_state_own(int own[2]);	/* in order; how many */
void vr_state_make_way(int fd); /* @fd is about to be replaced */

/* the three fork handlers */
void vr_state_fork_prepare(void);
void vr_state_fork_parent(void);
void vr_state_fork_child(void);

/* 1 to 4; see vrange(7) */
int vr_state_level(struct vr_state *st);

/* Before the first call: the values of VRANGE_FORCE_OLD and VRANGE_LEDGER, or NULL. */
void vr_state_configure(const char *without, const char *ledger_path);

#endif
