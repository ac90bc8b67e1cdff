/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * top - the processes that run under pidepoch, as far as the caller may see them.
 *
 * top.1  A process is listed if it has the library, or if it descends from a run that has a
 *        supervisor; with roots, only if it is one of them or descends from one. The list is in
 *        the order of the tree, each process before its children.
 * top.2  Programs are only read. What may not be read is not known: the process is listed if it is
 *        watched.
 * top.3  A supervisor's delay is the kernel's record of how long its worker has waited for a
 *        processor (/proc/PID/schedstat), for each time that it ran.
 */
#ifndef PE_INSPECT_TOP_H
#define PE_INSPECT_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "inspect/status.h"

struct pe_top_process {
	pid_t pid, parent;
	unsigned int depth; /* in the tree of what is listed */
	uid_t user;
	char comm[16];
	bool library; /* then @status is known */
	bool watched; /* by a supervisor */
	struct pe_status status;
};

struct pe_top_supervisor {
	pid_t monitor, worker, run;
	uint64_t ran, waited, times; /* of the worker: ns, ns, count */
};

struct pe_top {
	struct pe_top_process *process;
	size_t processes;
	struct pe_top_supervisor *supervisor;
	size_t supervisors;
};

/* Look at all processes. @roots: @n pids, or none. 0; -ENOMEM; -ENODATA: /proc is missing or of
 * another pid namespace. The result is freed by pe_top_free(). */
int pe_top_read(struct pe_top *t, const pid_t *roots, size_t n);
void pe_top_free(struct pe_top *t);

/* The process with this pid, or NULL. */
const struct pe_top_process *pe_top_find(const struct pe_top *t, pid_t pid);

/* "prog[12]: kill(4711): stale pid, refused", of the process's last stale use. */
void pe_top_last_use(char *out, size_t size, const struct pe_top_process *p);

#endif
