/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helper - operations that a watched program can delay at will run in a process beside the worker.
 *
 *   worker: call ──> needs memory ──> parked ···· next calls ···· ──> call again ──> answer
 *                         │                             ↑ op done: its result is kept
 *   helper:               └──> op: open, verify, copy ──┘
 *
 * A read of a page that a program serves itself (userfaultfd, FUSE) may never end; nor may waiting
 * for the lock of its address space, or a write to its standard error.
 *
 * helper.1  The worker never waits for an op. A call whose op is under way is parked; when the op
 *           is done the call is served again from its beginning, and gets the results of its
 *           earlier ops from memory. So everything before its last op must be repeatable.
 * helper.2  A user has at most one helper, and the ops of one user are done one after the other. So
 *           a slow op delays calls of the same user only. A user is a real user id; in a user
 *           namespace below ours, the owner of that namespace.
 * helper.3  A call that has been parked for PE_HELPER_TIMEOUT is continued, and its helper is
 *           killed. The program can delay even that (a FUSE request, or a sleep that SIGKILL does
 *           not end): the user has no other helper until then. A helper that another process has
 *           killed is replaced.
 * helper.4  Some places stay reserved for calls that need no helper, whichever users fill the
 *           others.
 * helper.5  A helper has a copy of the worker's memory and shares only the ops with it. It gets the
 *           listener with each op and closes it before it touches the caller's memory: one that
 *           cannot be killed does not keep the listener open. It ends with the worker; the next
 *           worker finds the parked calls in the child table, and begins them again.
 */
#ifndef PE_SUPERVISOR_WORKER_HELPER_H
#define PE_SUPERVISOR_WORKER_HELPER_H

#include "supervisor/peer/memory.h"
#include "supervisor/worker/worker.h"

#define PE_HELPER_TIMEOUT 5 /* seconds */

/* what an op knows about its call; it runs in a helper */
struct pe_helper_call {
	const struct pe_worker *s; /* without its listener */
	const struct seccomp_notif *n;
	int listener;		 /* until the memory is open (helper.5) */
	struct pe_memory memory; /* of the caller, opened by the first access */
};

/* @data: its argument and its results */
typedef long pe_helper_op(struct pe_helper_call *h, void *data);

/*
 * Do @op with a copy of @data, which is updated to what the op made of it: with as many bytes as
 * were given when it was begun. Return: -EINPROGRESS: the call is parked, and its function must
 * return at once with this; else what
 *         @op returned; -ENOSYS: there can be no helper
 */
long pe_helper_do(struct pe_worker_call *c, pe_helper_op *op, void *data, size_t size);

/* The memory of the caller, for an op. 0; -EFAULT; -ENOSYS: it may not be read; -ECANCELED: the
 * caller is no longer held. Nothing is written then. */
int pe_helper_read(struct pe_helper_call *h, uint64_t from, void *to, size_t bytes);
int pe_helper_write(struct pe_helper_call *h, uint64_t to, const void *from, size_t bytes);

/* as pe_memory_maps() */
FILE *pe_helper_maps(struct pe_helper_call *h);

/* Is @op, as the next one of this call, done already? Then its data need not be prepared again. */
bool pe_helper_has_done(const struct pe_worker_call *c, pe_helper_op *op);

/* --- for the worker's loop --- */

/* Is the call at @place parked? Then it is served again when its op is done. */
bool pe_helper_is_parked(int place);
/* Are there parked calls? */
bool pe_helper_any(void);
/* To be polled for POLLIN while calls are parked; -1: there has never been a helper. */
int pe_helper_fd(void);

/* The place of a call that can be served again; -1: none. */
int pe_helper_next_done(void);
/* The place of a call whose time is over (helper.3); -1: none. */
int pe_helper_next_overdue(void);
/* The call at @place has ended, answered or not. */
void pe_helper_forget(int place);
/* May this place be used for another call? */
bool pe_helper_is_free(int place);

/* Is @pid the monitor, the worker, or a helper? */
bool pe_helper_is_ours(const struct pe_worker *s, int pid);

/* Before the worker ends or becomes a monitor. */
void pe_helper_end(void);

#endif
