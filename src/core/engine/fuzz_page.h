/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_page - the program's side of `pidepoch fuzz`: each pid that it releases is offered to a
 * canary server, who gives it to an unrelated process before the wait returns.
 *
 *   program: wait ─ reaped q ─> lock, pid = q, asked++ ── futex ──> canary server: a canary is born as q
 *            wait returns  <─────────────────────────── futex ── served++
 *
 * fuzz_page.1  The page is a file, mapped by whoever PIDEPOCH_FUZZ names it to; no descriptor
 *              stays. Without it all of this is one test of a pointer, after a reap.
 * fuzz_page.2  Nobody waits for ever: a canary server that is gone, or a client that was killed
 *              with the lock, costs PE_FUZZ_PAGE_PATIENCE_NS and the canary.
 * fuzz_page.3  What is done to the n-th release is a function of the seed and n: the same seed
 *              gives the same schedule.
 * fuzz_page.4  A signal to everybody, kill(-1), is meant for nobody: unrelated processes leave
 *              before it, and none comes until it is sent.
 * fuzz_page.5  A program that uses an unrelated process's pid without ever having known the process
 *              that bore it is told of, too, so that a find has its stack.
 * fuzz_page.6  A question that an unrelated process answers (signal 0, getpgid, a look at
 *              /proc/PID) is a find of its own kind, a belief, where the run asks for that.
 */
#ifndef PE_CORE_ENGINE_FUZZ_PAGE_H
#define PE_CORE_ENGINE_FUZZ_PAGE_H

#include "core/contract.h"

#define PE_FUZZ_PAGE_VERSION	 3u
#define PE_FUZZ_PAGE_FINDS	 32u
#define PE_FUZZ_PAGE_STRANGERS	 64u
#define PE_FUZZ_PAGE_PATIENCE_NS 200000000

/* in place of a released pid: what else the canary server may be asked for */
#define PE_FUZZ_PAGE_STOP  UINT32_MAX
#define PE_FUZZ_PAGE_LEAVE (UINT32_MAX - 1) /* all unrelated processes are to go */
#define PE_FUZZ_PAGE_LOOK                                                                          \
	(UINT32_MAX - 2) /* whether one is traced: a tracer may be gone in a moment */

enum pe_fuzz_page_policy {
	PE_FUZZ_PAGE_IMMEDIATE, /* each pid has an unrelated process before its wait returns */
	/* a draw: an unrelated process, the program's own next child, or nobody yet */
	PE_FUZZ_PAGE_LOTTERY,
	/* an unrelated process, and pauses before and after each reap, and before each use */
	PE_FUZZ_PAGE_WINDOW,
};

enum pe_fuzz_page_what {
	PE_FUZZ_PAGE_SIGNAL,
	PE_FUZZ_PAGE_PRIORITY,
	PE_FUZZ_PAGE_TRACE,
	PE_FUZZ_PAGE_PROBE, /* it answered a question: the program may believe that it knows it */
};

/* what was done to a canary */
struct pe_fuzz_page_find {
	uint32_t what;
	uint32_t pid;
	int32_t signal;	  /* of SIGNAL; the new nice value of PRIORITY; of PROBE an enum pe_call */
	int32_t sender;	  /* or tracer; 0: not known, as of SIGKILL */
	uint32_t release; /* the pid's release was the so-manieth */
};

struct pe_fuzz_page {
	uint32_t version, policy;
	uint32_t heeded; /* a bit for each enum pe_fuzz_page_what that is a find */
	uint64_t seed;
	_Atomic uint32_t lock; /* tid of the client whose turn it is */
	_Atomic uint32_t asked, served;
	_Atomic uint32_t pid; /* what is asked about */
	_Atomic uint32_t draws, forks, releases, reuses;
	uint32_t offered; /* releases that the canary server has been asked about: its own count */
	_Atomic uint32_t finds; /* claimed; those below PE_FUZZ_PAGE_FINDS are in the list */
	struct pe_fuzz_page_find find[PE_FUZZ_PAGE_FINDS];
	_Atomic uint32_t stranger[PE_FUZZ_PAGE_STRANGERS]; /* their pids; 0: none */
	_Atomic uint32_t release[PE_FUZZ_PAGE_STRANGERS];  /* the index of the release of each */
};

/* the @n-th draw of a schedule */
uint64_t pe_fuzz_page_draw(uint64_t seed, uint64_t n);

/* Before a zombie that has been seen is reaped, and before a pid is used: the window's pause. */
void pe_fuzz_page_before_reap(struct pe_fuzz_page *f);
void pe_fuzz_page_before_use(struct pe_fuzz_page *f);

/* @pid has been released by this process's wait, which has not returned yet. Signal-safe, any
 * thread. */
void pe_fuzz_page_released(struct pe_fuzz_page *f, uint32_t pid);

/* What has been found, if it is of a kind that is a find. */
void pe_fuzz_page_note(struct pe_fuzz_page *f, const struct pe_fuzz_page_find *found);

/* Call @by (0: a look at /proc) has asked for @pid, and a process was there: a find (PROBE) if that
 * is an unrelated one. */
void pe_fuzz_page_probed(struct pe_fuzz_page *f, uint32_t pid, int by);

/* Is an unrelated process of the canary server's at @pid? */
bool pe_fuzz_page_is_stranger(const struct pe_fuzz_page *f, uint32_t pid);

/* A call that may have changed an unrelated process without a signal has been made. */
void pe_fuzz_page_used(struct pe_fuzz_page *f);

/* Around a signal to everybody (fuzz_page.4). false: they are still there, and there is nothing to
 * end. */
bool pe_fuzz_page_all_begin(struct pe_fuzz_page *f);
void pe_fuzz_page_all_end(struct pe_fuzz_page *f);

/* Shared between processes. wait: 0, or -errno as of futex(2) */
int pe_fuzz_page_wait(_Atomic uint32_t *word, uint32_t value);
void pe_fuzz_page_wake(_Atomic uint32_t *word);

#endif
