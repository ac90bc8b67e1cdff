/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock - laps and cursor of a pid namespace, as far as this frame has seen.
 *
 *   numbers    301 ... 377 | 301 ... 344            now = (lap 1, cursor 344)
 *              '-- lap 0 --' '-- lap 1 --'           eps(320) = 1: passed    eps(360) = 0: not yet
 *
 *   word       63 ........ 22 21 ........ 0
 *              lap (42 bits)  cursor (22 bits)
 *
 * C.1  One atomic word: a reader always has a lap and a cursor that belong together.
 * C.2  The clock never goes back, in (lap, cursor) order.
 * C.3  Every observation is told with the clock as read before the kernel handed the number out. Two overlapping
 *      forks that report in the wrong order therefore do not make a lap.
 * C.4  A number is handed out at most once per lap of this clock. A missed lap, or one too many, makes
 *      references look older or births look younger, and never the other way round.
 * C.5  Lock-free, no system call, legal in a handler.
 */
#ifndef PE_CORE_CLOCK_H
#define PE_CORE_CLOCK_H

#include "contract.h"

#define PE_CLOCK_CURSOR_BITS 22
#define PE_CLOCK_CURSOR_MASK ((UINT64_C(1) << PE_CLOCK_CURSOR_BITS) - 1)

struct pe_clock {
	_Atomic uint64_t word;
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

/* eps(@number) at @t: "always relative to its pid" */
static inline uint64_t pe_clock_eps(pe_clock_time t, uint32_t number)
{
	uint64_t lap = pe_clock_lap(t);

	return number <= pe_clock_cursor(t) || lap == 0 ? lap : lap - 1;
}

void pe_clock_init(struct pe_clock *c, pe_clock_time start);
pe_clock_time pe_clock_now(const struct pe_clock *c);

/* @number was handed out at some time after @before was read. Returns its birth lap. */
uint64_t pe_clock_observe(struct pe_clock *c, pe_clock_time before, uint32_t number);

/* the last number of /proc/loadavg or ns_last_pid (text of @len bytes); -EINVAL when it is not one */
int pe_clock_parse(const char *text, size_t len, uint32_t *cursor);

/* read the kernel's own cursor (/proc/loadavg of this pid namespace) and observe it. Opens one close-on-exec
 * descriptor for the moment of the call: not for hot paths. 0 or -errno (no /proc). */
int pe_clock_sync(struct pe_clock *c);

#endif
