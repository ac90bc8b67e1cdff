/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wrap_proof - the proof that no lap went by unseen between two looks at the kernel's cursor.
 *
 *   look 1                        look 2
 *   cursor 377, forks 10,000      cursor 344, forks 10,100, tasks 150
 *   '-------- 100 forks: less than a lap takes --------'      so the cursor wrapped once: lap + 1
 *
 * wrap_proof.1  A lap takes at least one fork for each pid that nobody has: pid_max - 300 less the
 *               pids in use. Somebody's own, his group's and his session's are three for each task
 *               at the most, and what is in use in between was a task before, or a fork since.
 * wrap_proof.2  Where the forks between two looks could fill a lap, the clock is moved on by a lap
 *               of its own. A tag from before is below eps(pid) then, at any cursor, so that nobody
 *               unknown is acted upon by it; and no two are the same (clock.6).
 * wrap_proof.3  /proc must be that of this process's own pid namespace: its "self" is our own
 *               number. If it is not, or a figure is missing, nothing is proven.
 * wrap_proof.4  A look reads the forks before the cursor and after it: what may have happened since
 *               it begins with the first figure, what may have happened up to it ends with the
 *               second.
 * wrap_proof.5  The first look proves nothing of what was before it.
 * wrap_proof.6  The forks are those of the whole machine, which may only make a proof fail.
 * wrap_proof.7  A fork that the kernel refuses after it chose a pid (CLONE_PIDFD without a free
 *               descriptor) uses the pid up and is counted nowhere: a lap of nothing but such forks
 *               is overlooked. What is known by its inode is judged by that instead.
 */
#ifndef PE_CORE_TIME_WRAP_PROOF_H
#define PE_CORE_TIME_WRAP_PROOF_H

#include "core/time/clock.h"
#include "core/contract.h"

struct pe_wrap_proof {
	uint64_t forks; /* before the last look; 0: there was none */
	uint64_t tasks;
};

/* Look, and bring the clock up to it. 0: from the look before up to this one no lap went by unseen.
 * -errno: not proven. Writer's context (lock held, signals masked); reads five small files, one
 * descriptor at a time. */
int pe_wrap_proof_take(struct pe_wrap_proof *c, struct pe_clock *clock);

/* the figures of a look, for which a test has its own */
struct pe_wrap_proof_look {
	uint64_t forks, forks_after, tasks, pid_max;
	uint32_t cursor;
};

/* as pe_wrap_proof_take(), with @before the clock as read before the look */
int pe_wrap_proof_judge(struct pe_wrap_proof *c, struct pe_clock *clock, pe_clock_time before,
			const struct pe_wrap_proof_look *now);

#endif
