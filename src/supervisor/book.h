/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * book - what the supervisor knows: which numbers were children of which process. In memory that outlives the worker.
 *
 *   process: identity ──> frame 17          numbers: { frame 17, 4711 }, { frame 17, 4712 }, { frame 23, 4711 } ...
 *            exec: frame 24 (17 is forgotten)
 *
 * Q.1  A number is in a frame's set if that very process had a child of that number since its last exec. Whether the child is still
 *      there is not written down: the kernel is asked when it matters. So there are no exits to follow, nothing to
 *      keep in step, and what is kept per number are eight bytes.
 * Q.2  The writer may be killed between any two instructions. Each entry becomes valid by its last store, and is never half
 *      valid. A sweep fills the other half of the memory and then points to it.
 * Q.3  One writer at a time.
 * Q.4  Where there is no room, numbers are forgotten: they pass, and are never refused (P.5).
 */
#ifndef PE_SUPERVISOR_BOOK_H
#define PE_SUPERVISOR_BOOK_H

#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PE_BOOK_PROCESSES (1u << 15)
#define PE_BOOK_NUMBERS	  (1u << 20)
#define PE_BOOK_FIRST	  8
#define PE_BOOK_HELD	  512
/* of which it is told whether they may be here; others share their places */
#define PE_BOOK_PIDS (1u << 18)

/* a sync point (points.h) */
struct pe_book_point {
	_Atomic uint64_t now; /* 0: none yet */
	uint64_t first;	      /* which it was at first */
	uint64_t set_at;      /* ticks since boot; UINT64_MAX: it may be about to be set */
	uint64_t image;	      /* of the memory that an exec was to replace; 0: none was */
	uint64_t told;	      /* the one that lagged when the signal was sent last */
	uint32_t signal;
	bool adopts; /* the process has been a subreaper */
};

struct pe_book_process {
	_Atomic uint64_t identity; /* 0: free; written last */
	int tgid;
	uint32_t frame;
	uint32_t cursor;  /* of the kernel's numbers when all children were last looked at, or 0 */
	uint32_t postern; /* what is known of it (porter.h) */
	uint64_t births;  /* since when they are asked for (births.h), or 0 */
	bool restricted;  /* it has asked for a Landlock domain (confinement.h) */
	struct pe_book_point point;
};

/* by what right a Landlock domain was asked for (confinement.h) */
enum { PE_BOOK_BY_NO_NEW_PRIVS, PE_BOOK_BY_NAMESPACE, PE_BOOK_BY_ROOT, PE_BOOK_RESTRICTED };

/* whole pages, which are given back as such */
struct pe_book_half {
	_Alignas(4096) struct pe_book_process process[PE_BOOK_PROCESSES];
	/* frame << 32 | number; the first few of each frame, and the others */
	_Atomic uint64_t first[PE_BOOK_PROCESSES][PE_BOOK_FIRST];
	_Atomic uint64_t number[PE_BOOK_NUMBERS];
	_Atomic uint8_t pids[PE_BOOK_PIDS / 8]; /* a bit for each process that was written down */
	uint32_t processes, numbers;
};

struct pe_book {
	struct pe_book_half half[2];
	_Atomic uint32_t which;
	_Atomic uint32_t frames; /* given out */
	_Atomic bool forgot;	 /* living processes too, for want of room */
	_Atomic bool births;	 /* the kernel tells us of them */
	_Atomic uint64_t restricted[PE_BOOK_RESTRICTED]; /* when first, ticks since boot; 0: never */
	/* calls that were received and not answered yet: received straight into here, so that the next
	 * worker finds them; id 0: a free place */
	struct seccomp_notif held[PE_BOOK_HELD];
	_Atomic uint32_t serving; /* the place of the call that the worker is at */
	_Atomic uint64_t served;
};

/* shared memory, zeroed; NULL: there is none */
struct pe_book *pe_book_map(void);

/* the process of that identity, or NULL */
struct pe_book_process *pe_book_find(struct pe_book *b, uint64_t identity);

/* Without a look at its identity: may a process whose pid is @tgid be here? false: it is not. */
bool pe_book_may_have(struct pe_book *b, int tgid);

/* the same as find, made if need be. @lives: is this process still there? for a sweep. Never NULL. */
struct pe_book_process *pe_book_open(struct pe_book *b, uint64_t identity, int tgid,
				     bool (*lives)(uint64_t identity, int tgid));

/* its memory has been replaced: what it knew is gone */
void pe_book_forget(struct pe_book *b, struct pe_book_process *p);

void pe_book_add(struct pe_book *b, const struct pe_book_process *p, int number);
bool pe_book_has(struct pe_book *b, const struct pe_book_process *p, int number);

#endif
