/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wrap_proof - the proof that no lap passed unseen between two looks at the kernel's cursor.
 *
 *   look 1                        look 2
 *   cursor 377, forks 10,000      cursor 344, forks 10,100, tasks 150
 *   '-------- 100 forks: less than a lap takes --------'      so the cursor wrapped once: lap + 1
 *
 * wrap_proof.1  A lap takes at least one fork for each free pid: pid_max - 300 less the pids in
 *               use. A task uses at most three (its own, its group's, its session's), and a pid
 *               that is in use in between belongs to a task that existed before or was forked
 *               since.
 * wrap_proof.2  If the forks between two looks could fill a lap, the clock moves on by one lap. A
 *               tag from before is then below eps(pid), at any cursor, so no unknown process is
 *               reached by it, and no two tags are the same (clock.6).
 * wrap_proof.3  /proc must belong to this process's pid namespace: its "self" is this process's
 *               pid. If it does not, or a figure is missing, nothing is proven.
 * wrap_proof.4  A look reads the fork count before the cursor and after it. What may have happened
 *               since this look is counted from the first figure, what may have happened up to it
 *               ends with the second.
 * wrap_proof.5  The first look proves nothing about the time before it.
 * wrap_proof.6  The fork count is that of the whole machine, which can only make a proof fail.
 * wrap_proof.7  A fork that the kernel refuses after it chose a pid (CLONE_PIDFD without a free
 *               descriptor) uses the pid up and is not counted: a lap of nothing but such forks is
 *               missed. A process whose inode is known is judged by the inode instead.
 */
#ifndef PE_CORE_TIME_WRAP_PROOF_H
#define PE_CORE_TIME_WRAP_PROOF_H

#include "core/time/clock.h"
#include "core/contract.h"

struct pe_wrap_proof {
	uint64_t forks; /* before the last look; 0: there was none */
	uint64_t tasks;
};

/* Look, and advance the clock to what was seen. 0: no lap passed unseen since the last look;
 * -errno: not proven. Lock held, signals masked. Reads five small files, one descriptor at a
 * time. */
int pe_wrap_proof_take(struct pe_wrap_proof *c, struct pe_clock *clock);

/* the figures of one look; a test makes its own */
struct pe_wrap_proof_look {
	uint64_t forks, forks_after, tasks, pid_max;
	uint32_t cursor;
};

/* as pe_wrap_proof_take(), with @before the clock as read before the look */
int pe_wrap_proof_judge(struct pe_wrap_proof *c, struct pe_clock *clock, pe_clock_time before,
			const struct pe_wrap_proof_look *now);

#endif
