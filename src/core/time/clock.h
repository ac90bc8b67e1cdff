/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock - laps and cursor of a pid namespace, as far as this frame has seen.
 *
 *   pids    301 ... 377 | 301 ... 344            now = (lap 2, cursor 344)
 *              '-- lap 1 --' '-- lap 2 --'           eps(320) = 2: passed    eps(360) = 1: not yet
 *
 *   word       63 ........ 22 21 ........ 0
 *              lap (42 bits)  cursor (22 bits)       so that (lap, cursor) order is integer order
 *
 *   thread A   before = (2, 344) --- kernel: 345 ------------------------- observe: lap 2
 *   thread B       before = (2, 344) --- kernel: 346 --- observe: lap 2, now = (2, 346)
 *
 * clock.1  One atomic word: a reader always has a lap and a cursor that belong together.
 * clock.2  The clock never goes back, in (lap, cursor) order.
 * clock.3  Every observation is told with the clock as read before the kernel handed the pid out.
 *          Overlapping forks that report in the wrong order therefore do not make a lap.
 * clock.4  A birth is younger than every tag that was handed out for its pid before the birth was
 *          told: than eps(pid) of every snapshot given by pe_clock_show(), and than the birth
 *          `known` that the caller names. Where clock.3's answer would break this, the birth opens
 *          a new lap. So a pid is handed out at most once per lap of this clock, what is told later
 *          has the greater birth, and S1 holds however many laps went by unseen, between two forks
 *          or within one. (Told later but handed out earlier: then it was released before its own
 *          fork could tell it.)
 * clock.5  A birth is never younger than eps(pid) of any later snapshot: what is learned after it
 *          passes.
 * clock.6  A lap that was missed, or made by clock.4, costs precision (a reference to an unrelated
 *          process expires early, or has to be proven by identity); never safety.
 * clock.7  Laps begin at 1. Lap 0 is the birth of everything that is older than the clock.
 * clock.8  Lock-free; but for pe_clock_sync() no system call; legal in a handler.
 *
 * Why clock.4 is needed beside clock.3: a fork that takes a whole lap of the kernel's (its thread
 * sleeps between reading the clock and telling the pid) looks just like one that was overtaken. If
 * the pid lies beyond `now`, no tag for it can have reached that lap. If it does not, then either
 * nobody has been given a tag of that lap for it, and nobody can tell the difference; or somebody
 * has, and whom he meant is not known any more.
 */
#ifndef PE_CORE_TIME_CLOCK_H
#define PE_CORE_TIME_CLOCK_H

#include "core/contract.h"

#define PE_CLOCK_CURSOR_BITS 22
#define PE_CLOCK_CURSOR_MASK ((UINT64_C(1) << PE_CLOCK_CURSOR_BITS) - 1)

struct pe_clock {
	_Atomic uint64_t word;
	_Atomic uint64_t shown; /* the greatest snapshot handed out, 0: none yet */
};

/* a snapshot: what PR_GET_PID_EPOCH hands out */
typedef uint64_t pe_clock_time;

static inline uint64_t pe_clock_lap(pe_clock_time t)
{
	return t >> PE_CLOCK_CURSOR_BITS;
}

static inline uint32_t pe_clock_cursor(pe_clock_time t)
{
	return (uint32_t)(t & PE_CLOCK_CURSOR_MASK);
}

static inline pe_clock_time pe_clock_make(uint64_t lap, uint32_t cursor)
{
	return lap << PE_CLOCK_CURSOR_BITS | (cursor & PE_CLOCK_CURSOR_MASK);
}

/* eps(@pid) at @t: "always relative to its pid". (Only a made-up time has lap 0.) */
static inline uint64_t pe_clock_eps(pe_clock_time t, uint32_t pid)
{
	uint64_t lap = pe_clock_lap(t);

	return pid <= pe_clock_cursor(t) || lap == 0 ? lap : lap - 1;
}

/* @start with lap 0 begins at lap 1 (clock.7). The cursor may be 0: unknown. */
void pe_clock_init(struct pe_clock *c, pe_clock_time start);

/* For `before`, and for judging a reference now. Not to be handed out: see pe_clock_show(). */
pe_clock_time pe_clock_now(const struct pe_clock *c);

/* A snapshot from which tags will be made (PR_GET_PID_EPOCH, waitpidv): clock.4 holds for it. */
pe_clock_time pe_clock_show(struct pe_clock *c);

/* Has any snapshot been handed out? */
bool pe_clock_has_shown(const struct pe_clock *c);

/* So many laps may have gone by unseen, or more: every tag from before is that much older.
 * (clock.6) */
void pe_clock_skip(struct pe_clock *c, uint64_t laps);

/* @pid was handed out at some time after @before was read. Returns its birth lap. */
uint64_t pe_clock_observe(struct pe_clock *c, pe_clock_time before, uint32_t pid);

/* The same, where an earlier process instance of @pid may have been told: @known is the birth it
 * was given, 0 if there was none. From looking that up until the new birth can be looked up,
 * the tellers of one pid must exclude each other. */
uint64_t pe_clock_observe_after(struct pe_clock *c, pe_clock_time before, uint32_t pid,
				uint64_t known);

/* the last number of /proc/loadavg or ns_last_pid (text of @len bytes); -EINVAL: it is none */
int pe_clock_parse(const char *text, size_t len, uint32_t *cursor);

/* @cursor was the kernel's own at some time after @before was read. No birth is told by that. */
void pe_clock_advance(struct pe_clock *c, pe_clock_time before, uint32_t cursor);

/* read the kernel's own cursor (/proc/loadavg of this pid namespace) and advance to it. Opens one
 * close-on-exec descriptor for the moment of the call: no hot path. 0 or -errno (no /proc). */
int pe_clock_sync(struct pe_clock *c);

#endif
