/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shared_children - the children of the processes whose statuses are shared (sharing.h).
 *
 *   LIVES ── pidfd readable ──> ENDED ── pidfd hangs up ──> TAKEN: its status, as the kernel keeps
 *                                                           it for a pidfd (Linux 6.15)
 *
 * shared_children.1  A pidfd of each child is opened before a wait that could take it is continued,
 *                    and closed when the child has been reaped.
 * shared_children.2  A status that a wait for this one child took is not kept. Otherwise it is kept
 *                    until a wait by pid gets it, or the pid is another child's.
 * shared_children.3  Bounded: PE_SHARED_CHILDREN_MOST records, and half of the worker's
 *                    descriptors. If there is no room, the status kept longest makes room. A child
 *                    without a record is waited for as the kernel rules, and so is any child of its
 *                    parent: its end would not be noticed.
 * shared_children.4  The records are the worker's own: if it is killed, its statuses are lost.
 */
#ifndef PE_SUPERVISOR_CALLS_SHARED_CHILDREN_H
#define PE_SUPERVISOR_CALLS_SHARED_CHILDREN_H

#include "supervisor/worker/worker.h"

#define PE_SHARED_CHILDREN_MOST 4096

enum pe_shared_state { PE_SHARED_LIVES, PE_SHARED_ENDED, PE_SHARED_TAKEN };

struct pe_shared_child {
	uint64_t parent; /* identity; 0: a free place */
	uint64_t inode;	 /* of its pidfd */
	int ns_pid;
	int pidfd; /* -1: it has been reaped */
	enum pe_shared_state state;
	int status;	/* of TAKEN */
	uint64_t given; /* the notification that is about to get the status; or 0 */
	uint64_t order; /* of its record */
	int waiter;	/* a thread that waits for it in the kernel, perhaps; or 0 */
};

/* Record the child @pid of the caller; NULL: it is none, or there is no room. */
struct pe_shared_child *pe_shared_children_add(const struct pe_worker_call *c, int ns_pid, int pid);

/* Is there no room for another child? (shared_children.3) */
bool pe_shared_children_full(void);

/* The record of that child of the process @parent, or NULL */
struct pe_shared_child *pe_shared_children_find(uint64_t parent, int ns_pid);
struct pe_shared_child *pe_shared_children_find_inode(uint64_t parent, uint64_t inode);

/* Look at the children of @parent. @waited: the ns_pid of the child for which the last wait was, or
 * another number (shared_children.2). Returns how many have been reaped since the last look. */
int pe_shared_children_update(uint64_t parent, int waited);

/* The next record of @parent with that state, after @last (NULL: the first); or NULL */
struct pe_shared_child *pe_shared_children_next(uint64_t parent, enum pe_shared_state state,
						const struct pe_shared_child *last);

/* The thread @tid waits for none of them. */
void pe_shared_children_no_waiter(uint64_t parent, int tid);

void pe_shared_children_drop(struct pe_shared_child *k);

/* To be polled for POLLIN; -1: there are no records. */
int pe_shared_children_fd(void);

/* The parent of a child whose state has changed since the last call; 0: there is none. */
uint64_t pe_shared_children_changed(void);

/* Before the worker ends or becomes a monitor. */
void pe_shared_children_end(void);

#endif
