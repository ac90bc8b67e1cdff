/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * moment - when something happened, in milliseconds since boot, and how far a file's stamp can be
 * trusted.
 *
 *   stamp (wall clock) ── minus offset ──> moment (boot time) ──┐
 *   start time of /proc/PID/stat (ticks of 10 ms) ──────────────┴── which is later?
 *
 *   holder was born        the wall clock                                 the stamp is
 *   after the run's start  has not been stepped since (less than 10 ms)   exact
 *   before it              nor since boot, as far as is known             good to 3 s
 *   either                 else                                           not trusted: it may only
 *                          acquit
 *
 * moment.1  Clocks are read by raw system calls: libfaketime changes the results of libc.
 * moment.2  Slewing moves both clocks. Only a step of the wall clock changes their offset.
 * moment.3  A process is younger than a moment only if it was born more than 30 ms after it: start
 *           times have ticks of 10 ms, and file stamps come from a coarse clock. A stamp without
 *           nanoseconds gets 2 s more.
 */
#ifndef PE_CORE_TIME_MOMENT_H
#define PE_CORE_TIME_MOMENT_H

#include "core/contract.h"

#define PE_MOMENT_TICK	      10   /* ms, of start times */
#define PE_MOMENT_TOLERANCE   30   /* ms */
#define PE_MOMENT_NO_NSEC     2000 /* ms more where stamps are whole seconds */
#define PE_MOMENT_BOOT_MARGIN 3000 /* ms, of a stamp for a holder older than the run */
#define PE_MOMENT_STEP	      10   /* ms: a smaller change of the offset is no step */

/* the two clocks at one time, in ms */
struct pe_moment_pair {
	int64_t real, boot;
};

enum pe_moment_trust { PE_MOMENT_EXACT, PE_MOMENT_MARGIN, PE_MOMENT_UNSURE };

struct pe_moment_pair pe_moment_read(void);
int64_t pe_moment_now(void); /* boot time, ms */

/* Can a stamp be compared with a holder that was born at @born (boot ms)? @boot_is_good: the wall
 * clock has not been stepped far since boot. */
enum pe_moment_trust pe_moment_trust(struct pe_moment_pair run, struct pe_moment_pair now,
				     int64_t born, bool boot_is_good);

/* Has the wall clock been right since boot? Judged by the stamp of an anonymous inode, which the
 * kernel makes at boot. */
bool pe_moment_boot_is_good(struct pe_moment_pair now);

#endif
