/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock - laps and cursor of a pid namespace, as far as this frame has seen them.
 *
 *   pids    301 ... 377 | 301 ... 344            now = (lap 2, cursor 344)
 *              '-- lap 1 --' '-- lap 2 --'           eps(320) = 2: passed    eps(360) = 1: not yet
 *
 *   word       63 ........ 22 21 ........ 0
 *              lap (42 bits)  cursor (22 bits)       so (lap, cursor) order is integer order
 *
 *   thread A   before = (2, 344) --- kernel: 345 ------------------------- observe: lap 2
 *   thread B       before = (2, 344) --- kernel: 346 --- observe: lap 2, now = (2, 346)
 *
 * clock.1  One atomic word: a reader always gets a lap and a cursor that belong together.
 * clock.2  The clock never goes back, in (lap, cursor) order.
 * clock.3  Every observation is made with the clock as read before the kernel allocated the pid. So
 *          overlapping forks that report in the wrong order count no lap.
 * clock.4  A birth is later than every tag that was handed out for its pid before the birth was
 *          observed: later than eps(pid) of every snapshot that pe_clock_give() gave, and than the
 *          birth `known` that the caller names. Where the answer of clock.3 would break this, the
 *          birth opens a new lap. So a pid is allocated at most once per lap of this clock, a later
 *          observation has the greater birth, and S1 holds however many laps passed unseen, between
 *          two forks or within one. (A process observed later but allocated earlier was released
 *          before its own fork could report it.)
 * clock.5  A birth is never later than eps(pid) of any later snapshot: what is learned after it
 *          passes.
 * clock.6  A lap that was missed, or added by clock.4, costs precision (a reference to another
 *          process expires early, or must be proven by identity), never safety.
 * clock.7  Laps begin at 1. Lap 0 is the birth of everything that is older than the clock.
 * clock.8  Lock-free, no system call. May be called in a handler.
 *
 * Why clock.4 is needed beside clock.3: a fork that takes a whole lap (its thread sleeps between
 * reading the clock and reporting the pid) looks the same as one that was overtaken. If the pid is
 * beyond `now`, no tag for it can have reached that lap. If not, then either no tag of that lap was
 * handed out for it, and the difference cannot be seen; or one was, and which process instance it
 * meant is no longer known.
 */
#ifndef PE_CORE_TIME_CLOCK_H
#define PE_CORE_TIME_CLOCK_H

#include "core/contract.h"

#define PE_CLOCK_CURSOR_BITS 22
#define PE_CLOCK_CURSOR_MASK ((UINT64_C(1) << PE_CLOCK_CURSOR_BITS) - 1)

struct pe_clock {
	_Atomic uint64_t word;
	_Atomic uint64_t given; /* the greatest snapshot handed out, 0: none yet */
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

/* eps(@pid) at @t: "always relative to its pid". (Only an artificial time has lap 0.) */
static inline uint64_t pe_clock_eps(pe_clock_time t, uint32_t pid)
{
	uint64_t lap = pe_clock_lap(t);

	return pid <= pe_clock_cursor(t) || lap == 0 ? lap : lap - 1;
}

/* @start with lap 0 begins at lap 1 (clock.7). The cursor may be 0: unknown. */
void pe_clock_init(struct pe_clock *c, pe_clock_time start);

/* For `before`, and for judging a reference now. Not to be handed out: see pe_clock_give(). */
pe_clock_time pe_clock_now(const struct pe_clock *c);

/* A snapshot from which tags will be made (PR_GET_PID_EPOCH, waitpidv): clock.4 holds for it. */
pe_clock_time pe_clock_give(struct pe_clock *c);

/* A birth was handed out as a tag: pe_clock_has_shown() is true from now on. clock.4 needs no more,
 * since a birth is later than every other of its pid. */
void pe_clock_show_birth(struct pe_clock *c);

/* Has any tag or snapshot been handed out? */
bool pe_clock_has_shown(const struct pe_clock *c);

/* At least @laps laps may have passed unseen: every earlier tag becomes that much older
 * (clock.6). */
void pe_clock_skip(struct pe_clock *c, uint64_t laps);

/* The same, if an earlier process instance of @pid may have been observed: @known is its birth, 0
 * if there was none. The caller excludes other observers of the pid from the look-up of @known
 * until the new birth can be looked up. */
uint64_t pe_clock_observe_after(struct pe_clock *c, pe_clock_time before, uint32_t pid,
				uint64_t known);

/* The last number of /proc/loadavg or ns_last_pid (text of @len bytes). 0, or -EINVAL: there is
 * none */
int pe_clock_parse(const char *text, size_t len, uint32_t *cursor);

/* @cursor was the kernel's at some time after @before was read. This observes no birth. */
void pe_clock_advance(struct pe_clock *c, pe_clock_time before, uint32_t cursor);

#endif
