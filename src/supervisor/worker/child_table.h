/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * child_table - which pids were children of which process. In shared memory that outlives the
 * worker.
 *
 *   process: identity ──> frame 17      pids: { frame 17, 4711 }, { frame 17, 4712 }, ...
 *       after exec: frame 24 (17 is forgotten)
 *
 * child_table.1  A pid is in a frame's set if that process had a child with this pid since its last
 *                exec. The table does not record whether the child still exists: the kernel is
 *                asked when it matters. So no exits are followed, and a pid needs eight bytes.
 * child_table.2  The writer may be killed between any two instructions. The last store makes an
 *                entry valid, so no entry is ever half valid. A sweep fills the other half of the
 *                memory and then switches to it.
 * child_table.3  One writer at a time.
 * child_table.4  If the table is full, pids are forgotten: calls on them are continued, and never
 *                refused (frame.5).
 * child_table.5  A reader outside finds the table in /proc/WORKER/maps by its name. It reads it
 *                while it changes, and only if it has the reader's size (inspect/watched.h).
 */
#ifndef PE_SUPERVISOR_WORKER_CHILD_TABLE_H
#define PE_SUPERVISOR_WORKER_CHILD_TABLE_H

#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/frame/settings.h"

#define PE_CHILD_TABLE_PROCESSES (1u << 15)
#define PE_CHILD_TABLE_PIDS	 (1u << 20)
#define PE_CHILD_TABLE_FIRST	 8
#define PE_CHILD_TABLE_HELD	 4096
#define PE_CHILD_TABLE_USES	 64u
#define PE_CHILD_TABLE_NAME	 "pidepoch-children"
#define PE_CHILD_TABLE_GIVEN	 256
/* bits of pe_child_table_may_have(); several pids may share one */
#define PE_CHILD_TABLE_SEEN (1u << 18)

/* a sync point (points.h) */
struct pe_child_table_point {
	_Atomic uint64_t now; /* 0: none yet */
	uint64_t first;	      /* its first value */
	uint64_t set_at;      /* ticks since boot; UINT64_MAX: it may be about to be set */
	uint64_t image;	      /* of the memory that a started exec was to replace; 0: no exec */
	uint64_t signalled;   /* the point for which the signal was sent last */
	uint32_t signal;
	bool adopts; /* the process has been a subreaper */
};

struct pe_child_table_process {
	_Atomic uint64_t identity; /* 0: free; written last */
	int tgid;
	uint32_t frame;
	uint32_t cursor; /* pid allocated last when all children were listed, or 0 */
	bool bypassed;	 /* a wait that can reap bypassed its library (announce.h) */
	uint64_t vanish; /* an address in its memory (announce.h), or 0 */
	uint64_t births; /* since when fork events are recorded (fork_events.h), or 0 */
	bool restricted; /* it has asked for a Landlock domain (confinement.h) */
	/* since its last exec: pids that were recorded, stale uses, those that were refused */
	uint32_t children, uses, refused;
	struct pe_child_table_point point;
};

/* the privilege with which a Landlock domain was requested (confinement.h) */
enum {
	PE_CHILD_TABLE_BY_NO_NEW_PRIVS,
	PE_CHILD_TABLE_BY_NAMESPACE,
	PE_CHILD_TABLE_BY_ROOT,
	PE_CHILD_TABLE_RESTRICTED
};

/* a stale use of a program that is only watched, for a reader outside */
struct pe_child_table_use {
	_Atomic uint64_t use; /* PE_SINK_NUMBERED; written last */
	int tgid;
	char comm[16];
};

/* what the process that executed another one knew of a pid among its arguments (token.8) */
struct pe_child_table_given {
	_Atomic uint64_t identity; /* of the process that was executed; written last */
	uint32_t pid;
	int64_t moment; /* ms since boot */
};

/* whole pages, so that a half can be returned to the kernel */
struct pe_child_table_half {
	_Alignas(4096) struct pe_child_table_process process[PE_CHILD_TABLE_PROCESSES];
	/* frame << 32 | pid; the first few of each frame, and all others */
	_Atomic uint64_t first[PE_CHILD_TABLE_PROCESSES][PE_CHILD_TABLE_FIRST];
	_Atomic uint64_t pid[PE_CHILD_TABLE_PIDS];
	_Atomic uint8_t pids[PE_CHILD_TABLE_SEEN / 8]; /* a bit for each process recorded */
	uint32_t processes, numbers;
};

struct pe_child_table {
	struct pe_child_table_half half[2];
	_Atomic uint32_t which;
	_Atomic uint32_t frames; /* assigned so far */
	_Atomic bool forgot;	 /* living processes as well: the table was full */
	_Atomic bool births;	 /* the kernel sends fork events */
	struct pe_child_table_given given[PE_CHILD_TABLE_GIVEN]; /* the last ones */
	_Atomic uint32_t gifts;
	_Atomic uint64_t
		restricted[PE_CHILD_TABLE_RESTRICTED]; /* first request, boot ticks; 0: none */
	/* calls that were received and not answered yet. The kernel writes them here, so that the
	 * next worker finds them. id 0: a free place */
	struct seccomp_notif held[PE_CHILD_TABLE_HELD];
	_Atomic uint32_t serving; /* the place of the call being served */
	_Atomic uint64_t served;
	/* when this worker began: the processor time that it had used, ns, and the calls served */
	_Atomic uint64_t began_ran, began_served;
	struct pe_sink sink; /* of the supervisor; shared with its helpers */
	uint32_t policy;     /* of the run: enum pe_policy */
	/* as in struct pe_sink, for all programs that are only watched */
	_Atomic uint32_t uses;
	struct pe_child_table_use recent[PE_CHILD_TABLE_USES];
};

/* Shared memory, zeroed; NULL: out of memory. */
struct pe_child_table *pe_child_table_map(void);

/* The process with that identity, or NULL. */
struct pe_child_table_process *pe_child_table_find(struct pe_child_table *b, uint64_t identity);

/* Without reading its identity: may process @tgid be in the table? false: it is not. */
bool pe_child_table_may_have(struct pe_child_table *b, int tgid);

/* As find, but create the entry if it is missing. @lives: for a sweep: does this process still
 * exist? Never NULL. */
struct pe_child_table_process *pe_child_table_open(struct pe_child_table *b, uint64_t identity,
						   int tgid,
						   bool (*lives)(uint64_t identity, int tgid));

/* The process has called exec: forget its children. */
void pe_child_table_forget(struct pe_child_table *b, struct pe_child_table_process *p);

void pe_child_table_add(struct pe_child_table *b, struct pe_child_table_process *p, int pid);
/* The process with that identity is about to execute a program that has @pid among its arguments,
 * and which was right at @moment. */
void pe_child_table_give(struct pe_child_table *b, uint64_t identity, uint32_t pid, int64_t moment);
/* The last moment that was given, or 0. */
int64_t pe_child_table_given(const struct pe_child_table *b, uint64_t identity, uint32_t pid);

bool pe_child_table_has(struct pe_child_table *b, const struct pe_child_table_process *p, int pid);

/* Count a stale use of the process. @use: PE_SINK_USE; @p: may be NULL */
void pe_child_table_count(struct pe_child_table *b, struct pe_child_table_process *p, int tgid,
			  const char *comm, uint64_t use, bool refused);

#endif
