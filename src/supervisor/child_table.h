/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * child_table - what the supervisor knows: which pids were children of which process. In memory
 * that outlives the worker.
 *
 *   process: identity ──> frame 17          pids: { frame 17, 4711 }, { frame 17, 4712 }, { frame
 *   23, 4711 } ... exec: frame 24 (17 is forgotten)
 *
 * child_table.1  A pid is in a frame's set if that very process had a child of that pid since its
 *                last exec. Whether the child is still there is not written down: the kernel is
 *                asked when it matters. So there are no exits to follow, nothing to keep in step,
 *                and what is kept per pid are eight bytes.
 * child_table.2  The writer may be killed between any two instructions. Each entry becomes valid by
 *                its last store, and is never half valid. A sweep fills the other half of the
 *                memory and then points to it.
 * child_table.3  One writer at a time.
 * child_table.4  Where there is no room, pids are forgotten: they pass, and are never refused
 *                (frame.5).
 */
#ifndef PE_SUPERVISOR_CHILD_TABLE_H
#define PE_SUPERVISOR_CHILD_TABLE_H

#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PE_CHILD_TABLE_PROCESSES (1u << 15)
#define PE_CHILD_TABLE_PIDS	 (1u << 20)
#define PE_CHILD_TABLE_FIRST	 8
#define PE_CHILD_TABLE_HELD	 4096
/* of which it is told whether they may be here; others share their places */
#define PE_CHILD_TABLE_SEEN (1u << 18)

/* a sync point (points.h) */
struct pe_child_table_point {
	_Atomic uint64_t now; /* 0: none yet */
	uint64_t first;	      /* which it was at first */
	uint64_t set_at;      /* ticks since boot; UINT64_MAX: it may be about to be set */
	uint64_t image;	      /* of the memory that an exec was to replace; 0: none was */
	uint64_t told;	      /* the one that lagged when the signal was sent last */
	uint32_t signal;
	bool adopts; /* the process has been a subreaper */
};

struct pe_child_table_process {
	_Atomic uint64_t identity; /* 0: free; written last */
	int tgid;
	uint32_t frame;
	uint32_t cursor; /* of the kernel's pids when all children were last looked at, or 0 */
	bool bypassed;	 /* a wait that can reap was not its library's (announce.h) */
	uint64_t vanish; /* an address in its memory (announce.h), or 0 */
	uint64_t births; /* since when they are asked for (births.h), or 0 */
	bool restricted; /* it has asked for a Landlock domain (confinement.h) */
	struct pe_child_table_point point;
};

/* by what right a Landlock domain was asked for (confinement.h) */
enum {
	PE_CHILD_TABLE_BY_NO_NEW_PRIVS,
	PE_CHILD_TABLE_BY_NAMESPACE,
	PE_CHILD_TABLE_BY_ROOT,
	PE_CHILD_TABLE_RESTRICTED
};

/* whole pages, which are given back as such */
struct pe_child_table_half {
	_Alignas(4096) struct pe_child_table_process process[PE_CHILD_TABLE_PROCESSES];
	/* frame << 32 | pid; the first few of each frame, and the others */
	_Atomic uint64_t first[PE_CHILD_TABLE_PROCESSES][PE_CHILD_TABLE_FIRST];
	_Atomic uint64_t pid[PE_CHILD_TABLE_PIDS];
	_Atomic uint8_t
		pids[PE_CHILD_TABLE_SEEN / 8]; /* a bit for each process that was written down */
	uint32_t processes, numbers;
};

struct pe_child_table {
	struct pe_child_table_half half[2];
	_Atomic uint32_t which;
	_Atomic uint32_t frames; /* given out */
	_Atomic bool forgot;	 /* living processes too, for want of room */
	_Atomic bool births;	 /* the kernel tells us of them */
	_Atomic uint64_t
		restricted[PE_CHILD_TABLE_RESTRICTED]; /* when first, ticks since boot; 0: never */
	/* calls that were received and not answered yet: received straight into here, so that the
	 * next worker finds them; id 0: a free place */
	struct seccomp_notif held[PE_CHILD_TABLE_HELD];
	_Atomic uint32_t serving; /* the place of the call that the worker is at */
	_Atomic uint64_t served;
};

/* shared memory, zeroed; NULL: there is none */
struct pe_child_table *pe_child_table_map(void);

/* the process of that identity, or NULL */
struct pe_child_table_process *pe_child_table_find(struct pe_child_table *b, uint64_t identity);

/* Without a look at its identity: may a process whose pid is @tgid be here? false: it is not. */
bool pe_child_table_may_have(struct pe_child_table *b, int tgid);

/* the same as find, made if need be. @lives: is this process still there? for a sweep. Never
 * NULL. */
struct pe_child_table_process *pe_child_table_open(struct pe_child_table *b, uint64_t identity,
						   int tgid,
						   bool (*lives)(uint64_t identity, int tgid));

/* its memory has been replaced: what it knew is gone */
void pe_child_table_forget(struct pe_child_table *b, struct pe_child_table_process *p);

void pe_child_table_add(struct pe_child_table *b, const struct pe_child_table_process *p, int pid);
bool pe_child_table_has(struct pe_child_table *b, const struct pe_child_table_process *p, int pid);

#endif
