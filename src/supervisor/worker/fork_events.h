/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fork_events - the children that are born while a thread of their process waits for any child. The
 * kernel's proc connector reports them, where it is available.
 *
 *   fork ── event ──> queue ──┬─ a pid is used that is not in the child table ─┬──> the child table
 *                             └─ any child is waited for ──────────────────┘
 *
 * fork_events.1  The supervisor does not listen before a process with several threads waits for any
 *                child. Before that wait is continued, the kernel has confirmed the subscription,
 *                and the table records the time from which on the process's births are recorded.
 * fork_events.2  The kernel queues a birth before the child runs. When the child's pid is used, the
 *                birth is in the queue, or was dropped because the queue was full. So nothing has
 *                to be read until then, and an idle supervisor does no work.
 * fork_events.3  A birth is recorded if the process that has the parent's pid now, by its identity,
 *                was registered before the birth: since then the pid has not changed hands, and no
 *                exec has replaced the memory (an exec clears the registration). Threads are not
 *                children.
 * fork_events.4  A lost event leaves its child unknown, as without fork events. No birth depends on
 *                another one being seen.
 * fork_events.5  The queue belongs to the run: the monitor and its workers have the same socket,
 *                and a new worker reads what a killed one left. At the end of the run the
 *                subscription is cancelled.
 * fork_events.6  The kernel reports pids of the first pid namespace, and only there; in any other
 *                there are no fork events. For a process in a namespace below ours, the pid of a
 *                child could not be translated after its end, so its births are not recorded.
 */
#ifndef PE_SUPERVISOR_WORKER_FORK_EVENTS_H
#define PE_SUPERVISOR_WORKER_FORK_EVENTS_H

#include "supervisor/kernel/connector.h"
#include "supervisor/worker/worker.h"

/* A wait for any child: from here on the births of its process are recorded (fork_events.1). Reads
 * what is in the queue. */
void pe_fork_events_await(const struct pe_worker_call *c, struct pe_child_table_process *p);
/* Read the queue into the child table. */
void pe_fork_events_read(struct pe_worker *s);
/* The end of the run: cancel the subscription. */
void pe_fork_events_end(const struct pe_worker *s);

/* fork_events.3. @who: the identity of the process that has this pid; 0 or -errno */
void pe_fork_events_note(struct pe_child_table *b, const struct pe_connector_birth *births,
			 size_t n, int (*who)(int pid, uint64_t *identity));

#endif
