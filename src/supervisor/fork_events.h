/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fork_events - the children that a process with threads has while one of its threads waits for
 * any: told by the kernel's proc connector, where that tells us.
 *
 *   fork ── event ──> queue ──┬─ a pid is used that is not in the child table ─┬──> the child table
 *                             └─ any child is waited for ──────────────────┘
 *
 * fork_events.1  Nobody listens until a process with several threads waits for any child. Before
 *                that wait is let through, the kernel has said that it tells us, and the process is
 *                noted as one that asked: from this moment on.
 * fork_events.2  The kernel queues a birth before the child runs. When its pid is used it is in the
 *                queue, or there was no room for it. So nothing has to be read until then, and an
 *                idle supervisor costs nothing.
 * fork_events.3  A birth is believed if whoever has the parent's pid now, by its identity, had
 *                asked before that moment: since then the pid has not changed hands, and its memory
 *                has not been replaced (an exec takes the asking back). Threads are no children.
 * fork_events.4  What was lost is unknown, as it all is without this. No birth depends on another
 *                having been seen.
 * fork_events.5  The queue is the run's: the monitor and its workers have the same socket, and what
 *                a killed worker has not read the next one reads. At the end of the run the kernel
 *                is told that nobody listens.
 * fork_events.6  The kernel tells the numbers of the first pid namespace, and only there; so it is
 *                had in no other. Of a process below ours the children's pids could not be
 *                translated once they are gone: its births are not asked for.
 */
#ifndef PE_SUPERVISOR_FORK_EVENTS_H
#define PE_SUPERVISOR_FORK_EVENTS_H

#include "supervisor/serve.h"

struct pe_fork_events_event {
	int parent, child;
	uint64_t at; /* CLOCK_MONOTONIC, nanoseconds */
};

/* A socket that nothing comes to yet; -errno: there is none to be had here. */
int pe_fork_events_open(void);
/* From here on births come to it. 0; or -errno, and none do. */
int pe_fork_events_listen(int fd);
void pe_fork_events_ignore(int fd);

/* a wait for any child: from here on the births of its process are asked for (fork_events.1), and
 * what is there is read */
void pe_fork_events_await(const struct pe_serve_call *c, struct pe_child_table_process *p);
/* what is there goes to the child table */
void pe_fork_events_read(struct pe_serve *s);
/* nobody will listen any more */
void pe_fork_events_end(const struct pe_serve *s);

/* a message of the kernel's; false: it tells no child's birth */
bool pe_fork_events_parse(const void *message, size_t size, struct pe_fork_events_event *out);
/* fork_events.3. @who: the identity of the process that has this pid; 0 or -errno */
void pe_fork_events_note(struct pe_child_table *b, const struct pe_fork_events_event *births,
			 size_t n, int (*who)(int pid, uint64_t *identity));

#endif
