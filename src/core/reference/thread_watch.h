/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread_watch - the exit watch (exit_watch.h) that a thread has for its calls of waitpidv.
 *
 *   none ── first long vector, or pe_thread_watch_fd() ──> has a ring ── a lost event, a filter,
 *    ^                                                         │         the thread's end
 *    └───────────────────── pe_thread_watch_forget() <─────────┘
 *
 * thread_watch.1  A forked child has none: the pointer that it inherits is its parent's.
 * thread_watch.2  A descriptor that was given to the program is lost with the watch. The thread
 *                 remembers that, and its next step fails (waitpidv.7).
 */
#ifndef PE_CORE_REFERENCE_THREAD_WATCH_H
#define PE_CORE_REFERENCE_THREAD_WATCH_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/reference/exit_watch.h"

/* NULL: the thread has none */
struct pe_exit_watch *pe_thread_watch(const struct pe_frame *p, const struct pe_thread *t);

/* The thread has none yet. NULL: exit_watch.6 */
struct pe_exit_watch *pe_thread_watch_make(const struct pe_frame *p, struct pe_thread *t);

/* Does the thread have memory to be freed? */
bool pe_thread_watch_exists(const struct pe_frame *p, const struct pe_thread *t);

/* Free all of it. */
void pe_thread_watch_forget(struct pe_frame *p, struct pe_thread *t);

/* Is a ring forbidden to this process? */
bool pe_thread_watch_has_no_ring(const struct pe_frame *p);

/* Use no ring from now on, in any thread: a filter is about to be installed that kills for it. */
void pe_thread_watch_forbid_ring(struct pe_frame *p, struct pe_thread *t);

/* A close-on-exec, non-blocking eventfd that becomes readable when an entry of the thread's vector
 * may have news. It is readable at first, since what was before is not known. -EOPNOTSUPP: there
 * are no rings; -EAGAIN: in a handler that has interrupted a step; -EMFILE and the like */
int pe_thread_watch_fd(struct pe_frame *p, struct pe_thread *t);

#endif
