/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stale_use - the policy for a stale use, with the same verdict and the same notices as inside a
 * program.
 *
 * stale_use.1  The library has judged its own calls: it has seen what made the pid fresh. Other
 *              calls of the same program (its own instructions, a Go runtime's) have not been
 *              judged. Calls of a trusted program are not judged.
 * stale_use.2  A notice is written to the log; without one, to the caller's own descriptor 2, as
 *              long as that is the same file as at the start of the run. The supervisor gets a copy
 *              of it for one line, and drops the line if writing it would block.
 *              If the log cannot be written, the notice and, once in a run, the reason go there,
 *              too; and so does the reason if the events cannot be written (sink.2).
 * stale_use.3  An event is written as the library writes it (docs/events.md), before its thread
 *              goes on.
 * stale_use.4  With --stacks an event has the stack of the call (stack.h), and of the wait that
 *              released the pid where that was notified (stack_waits.h). Forks are not notified:
 *              from outside there is no stack of the birth.
 * stale_use.5  The notices of each process are limited as in a program with the library (rate.h).
 */
#ifndef PE_SUPERVISOR_CALLS_STALE_USE_H
#define PE_SUPERVISOR_CALLS_STALE_USE_H

#include "core/evidence/evidence.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"
#include "supervisor/worker/worker.h"

/* @pid: the process that has the pid now, or 0: none. A result, or PE_WORKER_CONTINUE. */
long pe_stale_use_serve(struct pe_worker_call *c, const struct pe_use *use, int pid);

/* The same for a call that is stale by evidence, on a pid that another process has. */
long pe_stale_use_by_evidence(struct pe_worker_call *c, const struct pe_use *use,
			      const struct pe_evidence_finding *f);

/* For `pidepoch fuzz`: the process that has the pid is a canary, and the pid never was that of a
 * child of the caller. Write an event (fuzz_page.5). CONTINUE, ANSWERED or -EINPROGRESS */
long pe_stale_use_of_canary(struct pe_worker_call *c, const struct pe_use *use);

/* The caller waits for @ns_pid, whose status another wait has taken: write an event. CONTINUE or
 * -EINPROGRESS (helper.h) */
long pe_stale_use_stolen(struct pe_worker_call *c, int ns_pid);

#endif
