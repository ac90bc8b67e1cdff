/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * top - the processes that run under pidepoch, as far as the caller may see them.
 *
 * top.1  A process is listed if it has the library, or if it descends from a run that has a
 *        supervisor; with roots, only if it is one of them or descends from one. The list is in
 *        the order of the tree, each process before its children.
 * top.2  Programs are only read. If the caller may not read a process, its figures are not known:
 *        it is then listed if it is watched.
 * top.3  A supervisor's latency is the mean time that a call waits for it: how long its worker
 *        waited for a processor each time that it was to run (/proc/PID/schedstat), and how long
 *        it ran for each call that it served.
 * top.4  For a program without the library, a supervisor knows the children since the last exec
 *        and the stale uses (watched.h); which of the children live is read from /proc.
 */
#ifndef PE_INSPECT_TOP_H
#define PE_INSPECT_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "inspect/status.h"
#include "inspect/watched.h"

struct pe_top_process {
	pid_t pid, parent;
	unsigned int depth; /* in the tree of what is listed */
	uid_t user;
	uint64_t start; /* ticks since boot */
	char comm[16];
	bool library; /* then @status is known */
	bool watched; /* by the supervisor of a run */
	bool known;   /* the figures below are known, from the library or the supervisor */
	struct pe_status status;
	enum pe_policy policy;
	uint64_t children, released;
	uint32_t uses, refused;
};

struct pe_top_supervisor {
	pid_t monitor, worker, run;
	uint64_t ran, waited, times; /* of the worker: ns, ns, count */
	bool known;
	struct pe_watched watched;	   /* only while pe_top_read() reads */
	struct pe_watched_figures figures; /* if @known, else zero */
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

/* The supervisor of this run, or NULL. @t may be NULL. */
const struct pe_top_supervisor *pe_top_supervisor_of(const struct pe_top *t, pid_t run);

/* top.3, in us, since @before, or since the worker's start if it is NULL; -1: it served no call. */
double pe_top_latency(const struct pe_top_supervisor *s, const struct pe_top_supervisor *before);

#endif
