/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame - all that the library knows about one process and its pids, from its birth or exec on.
 *
 *   fork returns q ─> birth_end ─> [lock, signals masked] clock.observe, tree.begin if the epoch
 *                                  is new, slot, tree.store
 *   a wait ─────────> reap.c ────> close ─> drain ─> [signals masked] reap, release.c ─> leave
 *   a call ─────────> guard.c ───> tree.find ─> hold ─> slot.check ─> gate
 *
 * frame.1  Every entry begins with pe_frame_enter(). It returns false if this code runs in another
 *          process's memory (a vfork child, a clone(CLONE_VM) child) or before the frame can be
 *          made; the caller then passes the call to the kernel.
 * frame.2  `fork_mark` points into a page that the kernel wipes on fork. Zero there means a new
 *          process. The first entry makes the frame, with all signals masked; until then a forked
 *          child has no cost.
 * frame.3  A new frame after a fork keeps the clock. The parent's tree becomes `inherited`, read
 *          only. The parent's slots, holds and lock have no meaning here (S5). A new frame after
 *          exec is empty.
 * frame.4  The lock is held with all signals masked, and never across a system call that can block.
 *          So a handler that takes the lock cannot have interrupted its holder. A vfork child never
 *          takes it (frame.1).
 * frame.5  Once the frame is disabled (the program's own seccomp filter kills for system calls that
 *          the library makes), every entry returns false, here and in forked children, and makes no
 *          system call.
 */
#ifndef PE_CORE_FRAME_FRAME_H
#define PE_CORE_FRAME_FRAME_H

#include "core/memory/arena.h"
#include "core/call.h"
#include "core/time/wrap_proof.h"
#include "core/time/clock.h"
#include "core/contract.h"
#include "core/memory/hold.h"
#include "core/memory/obituary.h"
#include "core/time/foreign.h"
#include "core/memory/slot.h"
#include "core/frame/settings.h"
#include "core/frame/verdict.h"
#include "core/sys.h"
#include "core/stack/trace.h"
#include "core/memory/tree.h"

struct pe_evidence; /* core/evidence/evidence.h */

#define PE_FRAME_ANCESTORS     4u
#define PE_FRAME_SLOTS_IN_PAGE 40u
#define PE_FRAME_GROUPS	       4096u

/* S6-S9, see frame/sync_point.h */
struct pe_sync_point {
	_Atomic pe_clock_time point;	 /* 0: no reference has been given out yet */
	_Atomic pe_clock_time signalled; /* the point that lagged when the signal was sent last */
	_Atomic uint32_t signal;	 /* 0: none */
	_Atomic bool gave_snapshot; /* the program has one, and can make tags of its own from it */
	_Atomic uint64_t retired_early;
	_Atomic uint32_t read_at; /* ms: when the cursor was read for pe_sync_point_recent() */
};

/* the groups that children led, see evidence/group.h */
struct pe_groups {
	struct pe_foreign led;	 /* under the lock */
	_Atomic uint32_t type;	 /* of a pidfd's file handle; 0: not known */
	_Atomic uint32_t works;	 /* does a handle open after its leader was reaped? */
	_Atomic uint32_t misses; /* handles that did not, although a group had the pid */
	_Atomic bool unasked;	 /* a group may be without a note (group.8) */
};

enum { PE_GROUPS_UNTRIED, PE_GROUPS_WORK, PE_GROUPS_NEVER };

/* why children may vanish without a wait of the library */
enum {
	PE_AUTOREAP_BYPASSED = 1, /* a wait has bypassed the library: written by the supervisor */
	PE_AUTOREAP_IGNORED = 2,  /* SIGCHLD is ignored (engine/vanish.h) */
};

/*
 * The fields that a fork and a wait write come first and fit in one page. After a fork, the kernel
 * copies each page that the parent writes, which costs more than the rest of a birth.
 */
struct pe_frame {
	_Alignas(4096) _Atomic(_Atomic uint32_t *) fork_mark; /* NULL until the first entry */
	_Atomic uint32_t booting;
	_Atomic uint32_t lock;
	_Atomic uint32_t plain_mark;  /* used if the page that `fork_mark` needs cannot be mapped */
	_Atomic uint32_t births;      /* slots about to be attached */
	_Atomic uint32_t released;    /* children that were reaped */
	_Atomic uint32_t early_reaps; /* reaps, perhaps of a child not recorded yet */
	_Atomic uint32_t refused; /* was memory for a slot missing? never; yes; yes, and reported */
	_Atomic uint8_t autoreap; /* children may vanish: PE_AUTOREAP_*, or 0 */
	_Atomic bool shared_vm;	  /* another process may run in this memory: compare getpid */
	_Atomic bool disabled;	  /* frame.5 */
	bool watching;		  /* events are written (event.h) */
	uint32_t ancestors;
	int tgid;
	struct pe_settings *set;      /* the host's, before the first entry */
	struct pe_evidence *evidence; /* the host's, or NULL: no evidence is kept */
	struct pe_trace *trace;	      /* NULL: without stacks */
	struct pe_clock clock;
	struct pe_arena slots, leaf, inner, records;
	struct pe_tree tree;
	_Alignas(64) char first_records[4 * sizeof(struct pe_hold_record)];
	_Alignas(8) char first_slots[PE_FRAME_SLOTS_IN_PAGE * sizeof(struct pe_slot)];
	_Alignas(8) char first_leaf[4 * sizeof(struct pe_tree_node)];
	/* from here on: seldom written */
	_Alignas(4096) int parent; /* if known, else 0 */
	_Atomic bool refers;	   /* the API has been called */
	_Atomic bool no_ring;	   /* the program's own filter kills for io_uring or madvise */
	_Atomic bool reported;	   /* a report was made, by this process or an ancestor */
	_Atomic bool ignored;	   /* SIGCHLD was ignored at the start, and not by the program */
	struct pe_tree inherited[PE_FRAME_ANCESTORS];
	_Alignas(8) char first_inner[10 * sizeof(struct pe_tree_node)];
	struct pe_wrap_proof wrap_proof; /* under the lock, as is the next */
	struct pe_foreign foreign;
	struct pe_groups groups;
	pe_obituary_root obituaries; /* of released children; NULL: none yet */
	struct pe_sync_point sync;
	pe_arena_chunks slot_chunks, leaf_chunks, inner_chunks, record_chunks;
	pe_arena_chunks foreign_chunks, group_chunks;
};

_Static_assert(offsetof(struct pe_frame, parent) == 4096, "one page");

void pe_frame_disable(struct pe_frame *p);
/* Is there to be another notice or event? Asked once for each. */
static inline bool pe_frame_may_report(struct pe_frame *p)
{
	return !p->set->once || !atomic_exchange_explicit(&p->reported, true, memory_order_relaxed);
}

/* The slow path of enter: the first entry of a process. Not called directly. */
bool pe_frame_begin(struct pe_frame *p, struct pe_thread *t);
bool pe_frame_is_self(const struct pe_frame *p);

static inline bool pe_frame_enter(struct pe_frame *p, struct pe_thread *t)
{
	_Atomic uint32_t *fork_mark = atomic_load_explicit(&p->fork_mark, memory_order_acquire);

	if (unlikely(!fork_mark || atomic_load_explicit(fork_mark, memory_order_acquire) == 0))
		return pe_frame_begin(p, t);
	if (unlikely(t->vfork_depth))
		return false;
	return likely(!atomic_load_explicit(&p->shared_vm, memory_order_relaxed)) ||
	       pe_frame_is_self(p);
}

/* For the child of a wrapped fork whose birth said `unwiped`: there, the kernel wipes no page to
 * mark a new process. */
void pe_frame_forked(struct pe_frame *p, struct pe_thread *t);

/* The frame's lock (frame.4), for callers that must keep births from being recorded. Returns the
 * mask for unlock. */
uint64_t pe_frame_lock(struct pe_frame *p);
void pe_frame_unlock(struct pe_frame *p, uint64_t mask);

/* The program learned the pid in another way: it is fresh (S10). Signal-safe, any thread. */
void pe_frame_learn(struct pe_frame *p, struct pe_thread *t, int number);

/* What this process knows of @pid, and the slot if @pid is or was its child. The caller has entered
 * the frame. */
struct pe_known {
	enum pe_knowledge what;
	uint32_t index;	      /* of the slot, 0: none */
	struct pe_slot *slot; /* the same slot; its history may belong to another pid by now */
	uint64_t instance;    /* for LIVE: generation and pid of the slot */
};
struct pe_known pe_frame_know(struct pe_frame *p, uint32_t pid);

uint32_t pe_frame_ms(const struct pe_frame *p); /* CLOCK_BOOTTIME, as start times are; never 0 */

#endif
