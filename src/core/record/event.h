/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event - what happened, as one line of JSON in the file of PIDEPOCH_EVENTS (docs/events.md), for
 * programs to read.
 *
 *   use of a pid ──> what is known: slot, marks ──> holder ──> stacks
 *                ──> the modules, if new ──> one write(2)
 *
 * event.1  One event is one line of at most PE_EVENT_LINE bytes, made of whole fields. It is one
 *          write(2) to a descriptor opened for it, close-on-exec and appending. The records of the
 *          modules come before the first event that needs them.
 * event.2  Async-signal-safe, with little stack: the text is built in pages that are mapped for it
 *          and unmapped afterwards.
 * event.3  Without PIDEPOCH_EVENTS none of this code runs: a place that may write an event tests
 *          `watching` first.
 * event.4  History and marks are written only if the slot still belonged to the pid after they were
 *          read.
 * event.5  Births, releases, uses and holders are in one clock, CLOCK_BOOTTIME. A holder is not
 *          older than the release of its pid.
 */
#ifndef PE_CORE_RECORD_EVENT_H
#define PE_CORE_RECORD_EVENT_H

#include "core/contract.h"
#include "core/evidence/evidence.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

#define PE_EVENT_LINE	 4096u
#define PE_EVENT_COMMAND 256u

enum pe_event_kind {
	PE_EVENT_STALE,	      /* an unrelated process holds the pid */
	PE_EVENT_LATENT,      /* no process has it: today ESRCH, tomorrow an unrelated process */
	PE_EVENT_PROBE,	      /* a question: the answer is about another process, or may be later */
	PE_EVENT_STOLEN_WAIT, /* another wait of this process took the child's status first */
	PE_EVENT_DOUBLE_REAP, /* the child had been reaped here before */
	PE_EVENT_OWN_THREAD,  /* a thread id is used as a process's pid: the caller hits itself */
	PE_EVENT_INIT,	      /* pid 1 is taken for the process that was once the parent */
	PE_EVENT_IGNORED, /* the kernel has dropped the status: SIGCHLD is inherited as ignored */
};

/*
 * What a supervisor knows of the process that an event is about, in place of slots and trace, which
 * the supervisor's frame does not have. pe_settings points to it; NULL: the event is about this
 * process.
 */
struct pe_event_outside {
	const struct pe_trace_stack *here; /* of the call; NULL: none */
	const char *stack_end;		   /* why `here` ends early (docs/events.md), or NULL */
	struct {
		enum pe_call by; /* PE_CALL_NONE: not known */
		bool any;
		uint32_t ago_ms, tid;
		const struct pe_trace_stack *stack; /* or NULL */
		const char *stack_end;		    /* or NULL */
	} released;
	uint64_t modules; /* name of the set of modules; its records have been written; 0: none */
	char command[PE_EVENT_COMMAND]; /* see pe_describe_caller() */
	char holder[2304];		/* as text, see pe_describe_holder_outside() */
};

/* The name of the set of modules of this process, which has written its records before, or writes
 * them now. 0: there are none. */
uint64_t pe_event_modules(const struct pe_frame *p);

/* A call with a pid that is known to be stale. @held: a process has the pid. */
void pe_event_use(const struct pe_frame *p, const struct pe_use *u, const struct pe_known *k,
		  bool held, enum pe_outcome outcome);

/* A call that is stale by evidence. */
void pe_event_evidence(const struct pe_frame *p, const struct pe_use *u,
		       const struct pe_evidence_finding *f, enum pe_outcome outcome);

/* A call with a current pid that means the wrong process: OWN_THREAD or INIT. */
void pe_event_mistaken(struct pe_frame *p, const struct pe_use *u, enum pe_event_kind kind);

/* A wait for @number, which is no child any more. @k: what is known of it. */
void pe_event_wait(struct pe_frame *p, enum pe_call by, uint32_t number, const struct pe_known *k);

/* The same for a process seen from outside, whose wait for @pid comes too late: STOLEN_WAIT. */
void pe_event_stolen(const struct pe_frame *p, enum pe_call by, uint32_t pid,
		     const struct pe_known *k);

#endif
