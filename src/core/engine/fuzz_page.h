/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_page - the program's side of `pidepoch fuzz`: the program offers each pid that it releases
 * to a canary server, which gives the pid to an unrelated process before the wait returns.
 *
 *   program: wait ─ reaped q ─> lock, pid = q, asked++ ── futex ──> canary server:
 *            wait returns  <────────────────────────────  futex ──  creates q, served++
 *
 * fuzz_page.1  The page is a file. A program maps it if PIDEPOCH_FUZZ names it; no descriptor stays
 *              open. Without the variable, the cost is one test of a pointer after a reap.
 * fuzz_page.2  No process waits for ever. If the canary server is gone, or a client was killed
 *              while it held the lock, the wait ends after PE_FUZZ_PAGE_TIMEOUT_NS and the pid
 *              gets no canary.
 * fuzz_page.3  What happens at the n-th release is a function of the seed and n: the same seed
 *              gives the same schedule.
 * fuzz_page.4  A kill(-1) is not aimed at one pid, so it must hit no canary: the canaries leave
 *              before it, and no new one comes until it has been sent.
 * fuzz_page.5  A use of a canary's pid is also reported if the program never knew the process that
 *              held the pid before, so that each find has a stack.
 * fuzz_page.6  If a canary answers a question (signal 0, getpgid, a look at /proc/PID), that is a
 *              find of its own kind (PROBE), if the run asks for this kind. Else it is a belief,
 *              which explains why the program ends differently.
 * fuzz_page.7  In a control run everything is the same, with the same pauses, but no pid is given
 *              away.
 * fuzz_page.8  Some releases are not seen: a child that the kernel reaped because SIGCHLD is
 *              ignored, a wait that bypasses the library. So a pid that a process of the run held
 *              and that is free when it is used gets its canary just before the use.
 * fuzz_page.9  Each program that starts, and each process that releases a pid, writes its command
 *              line into the page, so that a find names the process that released the pid, also if
 *              that has ended since.
 * fuzz_page.10  The first PE_FUZZ_PAGE_PAUSES pauses of a run are made, and then one of 64, so that
 *              a program with thousands of children does not take ten times as long.
 * fuzz_page.11  A correct program may know a process by pid and start time. Start times have ticks
 *              of 10 ms, and outside of a test no pid comes round in one. So a pid that was looked
 *              up in /proc gets its canary in a later tick than that of its release.
 * fuzz_page.12  A call that changes a canary without a signal (its affinity, its limits) is
 *              recorded by the library, since the canary does not notice it.
 * fuzz_page.13  Releases by programs without the library are known to the supervisor. Before a free
 *              pid is given away at its use, a notified call with a signal that does not exist lets
 *              the supervisor give it away, with the process and the stack of its release.
 * fuzz_page.14  A kill(-1) that bypasses the library is made by the kernel at a moment that is not
 *               known. The canaries leave before it, and one that is created until it has been made
 *               does not record its signal.
 */
#ifndef PE_CORE_ENGINE_FUZZ_PAGE_H
#define PE_CORE_ENGINE_FUZZ_PAGE_H

#include "core/contract.h"

#define PE_FUZZ_PAGE_FRAMES  16u
#define PE_FUZZ_PAGE_VERSION 8u
#define PE_FUZZ_PAGE_FINDS   32u
/* canaries at a time: those at released pids, of which the oldest ends when another one comes, and
 * those at pids of before a restart, which stay */
#define PE_FUZZ_PAGE_TURNING	64u
#define PE_FUZZ_PAGE_STAYING	56u
#define PE_FUZZ_PAGE_CANARIES	(PE_FUZZ_PAGE_TURNING + PE_FUZZ_PAGE_STAYING)
#define PE_FUZZ_PAGE_BELIEFS	8u
#define PE_FUZZ_PAGE_PROGRAMS	64u
#define PE_FUZZ_PAGE_BIRTHS	512u
#define PE_FUZZ_PAGE_TEXT	156u
#define PE_FUZZ_PAGE_LOOKED	64u
#define PE_FUZZ_PAGE_PAUSES	128u
#define PE_FUZZ_PAGE_TIMEOUT_NS 200000000

/* requests other than a released pid, sent in its place */
#define PE_FUZZ_PAGE_STOP  UINT32_MAX
#define PE_FUZZ_PAGE_LEAVE (UINT32_MAX - 1) /* all canaries are to end */
#define PE_FUZZ_PAGE_LOOK                                                                          \
	(UINT32_MAX - 2) /* is a canary traced? A tracer may detach at any moment */
/* with a pid: it is free, and about to be used */
#define PE_FUZZ_PAGE_USE (UINT32_C(1) << 30)
/* with a pid: a process had it before the restart */
#define PE_FUZZ_PAGE_EARLIER (UINT32_C(1) << 29)
#define PE_FUZZ_PAGE_PID     (PE_FUZZ_PAGE_EARLIER - 1)

/* in place of the index of a release */
#define PE_FUZZ_PAGE_RELEASE_UNSEEN  UINT32_MAX
#define PE_FUZZ_PAGE_RELEASE_EARLIER (UINT32_MAX - 1)

enum pe_fuzz_page_policy {
	PE_FUZZ_PAGE_IMMEDIATE, /* each pid has an unrelated process before its wait returns */
	/* by lot: an unrelated process, the program's own next child, or no process yet */
	PE_FUZZ_PAGE_LOTTERY,
	/* an unrelated process, and pauses before and after each reap, and before each use */
	PE_FUZZ_PAGE_WINDOW,
	/* the program's own next child, and the same pauses */
	PE_FUZZ_PAGE_OWN,
};

enum pe_fuzz_page_what {
	PE_FUZZ_PAGE_SIGNAL,
	PE_FUZZ_PAGE_PRIORITY,
	PE_FUZZ_PAGE_TRACE,
	PE_FUZZ_PAGE_PROBE,  /* it answered a question, as a known process would */
	PE_FUZZ_PAGE_CHANGE, /* fuzz_page.12; counts as PRIORITY does */
};

/* The release of a pid: the process, the call, and its stack. */
struct pe_fuzz_page_releaser {
	uint32_t pid;	/* 0: not known */
	uint32_t tid;	/* 0: not known, and so are the others */
	uint32_t call;	/* enum pe_call */
	uint32_t depth; /* of the stack */
	uint64_t frame[PE_FUZZ_PAGE_FRAMES];
	uint64_t modules; /* the set that the addresses are of; it has been written */
	uint64_t ms;	  /* since 1970 */
};

/* what happened to a canary */
struct pe_fuzz_page_find {
	uint32_t what;
	uint32_t pid;
	/* the signal; PRIORITY: the new nice value; PROBE, CHANGE: the enum pe_call */
	int32_t signal;
	int32_t sender;	  /* or tracer; 0: not known, as for SIGKILL */
	uint32_t release; /* index of the pid's release, from 0, or PE_FUZZ_PAGE_RELEASE_... */
	struct pe_fuzz_page_releaser releaser;
};

/* a process of the run */
struct pe_fuzz_page_program {
	_Atomic uint32_t pid;
	char comm[16];
	char text[PE_FUZZ_PAGE_TEXT]; /* its command line, cut off */
};

struct pe_fuzz_page {
	uint32_t version, policy;
	uint32_t counted; /* one bit for each enum pe_fuzz_page_what that counts as a find */
	uint64_t seed;
	bool control;	       /* no pid is given away (fuzz_page.7) */
	uint32_t first;	       /* the least pid of the program's; 0: not known */
	uint32_t last;	       /* allocated, when the program had ended; 0: it was killed */
	_Atomic uint32_t lock; /* tid of the client that holds the lock */
	_Atomic uint32_t asked, served;
	_Atomic uint32_t pid; /* the pid or the request */
	_Atomic uint32_t draws, forks, releases, reuses;
	_Atomic uint64_t to_all;  /* fuzz_page.14: the sender and the signal, 32 bits each; or 0 */
	_Atomic uint32_t awaited; /* children for which a wait was notified: it may release them */
	_Atomic uint32_t unstarted; /* errno, if the command could not be executed */
	_Atomic uint32_t bare;	    /* a program that cannot load the library was executed */
	_Atomic uint32_t looks;	    /* the last PE_FUZZ_PAGE_LOOKED of them are in `looked` */
	_Atomic uint32_t looked[PE_FUZZ_PAGE_LOOKED]; /* pids that were looked up in /proc */
	uint32_t offered; /* releases that the server was offered; only the server writes this */
	_Atomic uint32_t
		finds; /* places claimed; the finds below PE_FUZZ_PAGE_FINDS are in the list */
	struct pe_fuzz_page_find find[PE_FUZZ_PAGE_FINDS];
	_Atomic uint32_t beliefs; /* as finds (fuzz_page.6) */
	struct pe_fuzz_page_find belief[PE_FUZZ_PAGE_BELIEFS];
	_Atomic uint32_t canary[PE_FUZZ_PAGE_CANARIES];	 /* pids of the canaries; 0: none */
	_Atomic uint32_t release[PE_FUZZ_PAGE_CANARIES]; /* the index of the release of each */
	struct pe_fuzz_page_releaser releaser[PE_FUZZ_PAGE_CANARIES];
	struct pe_fuzz_page_releaser by; /* with `pid`; only the holder of the lock writes it */
	_Atomic uint32_t programs; /* written so far; the last PE_FUZZ_PAGE_PROGRAMS are there */
	struct pe_fuzz_page_program program[PE_FUZZ_PAGE_PROGRAMS];
	_Atomic uint64_t birth[PE_FUZZ_PAGE_BIRTHS]; /* child and parent, 32 bits each */
};

/* the @n-th draw of a schedule */
uint64_t pe_fuzz_page_draw(uint64_t seed, uint64_t n);

/* The pause of the window policy: before a zombie that was seen is reaped, and before a pid is
 * used. */
void pe_fuzz_page_before_reap(struct pe_fuzz_page *f);
void pe_fuzz_page_before_use(struct pe_fuzz_page *f);

/* This process has been executed: write its command line (fuzz_page.9). Signal-safe. */
void pe_fuzz_page_started(struct pe_fuzz_page *f);

/* The program of process @pid, or NULL. */
const struct pe_fuzz_page_program *pe_fuzz_page_program(const struct pe_fuzz_page *f, uint32_t pid);

/* This process has a new child. Signal-safe, any thread. */
void pe_fuzz_page_born(struct pe_fuzz_page *f, uint32_t pid);

/* The process of which @pid was a child, or 0: it is not one of the last PE_FUZZ_PAGE_BIRTHS
 * children. */
uint32_t pe_fuzz_page_parent(const struct pe_fuzz_page *f, uint32_t pid);

/* A wait of this process has released @pid and has not returned yet. @by: what is known of it, or
 * NULL; its pid and time are filled in. Signal-safe, any thread. */
void pe_fuzz_page_released(struct pe_fuzz_page *f, uint32_t pid,
			   const struct pe_fuzz_page_releaser *by);

/* @pid, or the group of that number, is about to be used: if it is free, it gets a canary
 * (fuzz_page.8). Signal-safe, any thread. */
void pe_fuzz_page_offer(struct pe_fuzz_page *f, uint32_t pid);

/* A process had @pid before the restart: an unrelated one gets it. */
void pe_fuzz_page_occupy(struct pe_fuzz_page *f, uint32_t pid);

/* Record @found as a find, if the run counts its kind as one, or as a belief. */
void pe_fuzz_page_note(struct pe_fuzz_page *f, const struct pe_fuzz_page_find *found);

/* Process @who asked by call @by about @pid, and a process held the pid: a find (PROBE) if that
 * process is a canary. */
void pe_fuzz_page_probed(struct pe_fuzz_page *f, uint32_t pid, int by, uint32_t who);

/* @pid was looked up in /proc (fuzz_page.11). */
void pe_fuzz_page_looked(struct pe_fuzz_page *f, uint32_t pid);

/* Call @by has changed the process that holds @pid (fuzz_page.12). */
void pe_fuzz_page_changed(struct pe_fuzz_page *f, uint32_t pid, int by);

/* Wait until the present tick of start times is over (fuzz_page.11). */
void pe_fuzz_page_next_tick(void);

/* Does a canary hold @pid? */
bool pe_fuzz_page_is_canary(const struct pe_fuzz_page *f, uint32_t pid);

/* A call was made that may have changed a canary without a signal. */
void pe_fuzz_page_used(struct pe_fuzz_page *f);

/* Around a kill(-1) (fuzz_page.4). false: the canaries are still there, and the caller must not
 * call all_end. */
bool pe_fuzz_page_all_begin(struct pe_fuzz_page *f);
void pe_fuzz_page_all_end(struct pe_fuzz_page *f);

/* fuzz_page.14: process @sender is about to send @signal to all; 0, 0: that has been done. All
 * canaries have left. */
void pe_fuzz_page_set_to_all(struct pe_fuzz_page *f, uint32_t sender, int signal);

/* Was @signal sent to all? @sender: 0: not known */
bool pe_fuzz_page_is_to_all(const struct pe_fuzz_page *f, uint32_t sender, int signal);

/* The futex is shared between processes. wait: 0, or -errno as in futex(2) */
int pe_fuzz_page_wait(_Atomic uint32_t *word, uint32_t value);
void pe_fuzz_page_wake(_Atomic uint32_t *word);

#endif
