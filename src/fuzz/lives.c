// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/lives.h"

#include "fuzz/folder.h"

#define SPAN	      1000 /* pids of one run */
#define RUNS	      20
#define FIRST_CONTROL 21000
#define CONTROLS      10
#define FEW	      32 /* processes of a life that was killed, which did not report how many */

#define PARTS	  1000
#define KILL_DRAW 0x6b696c6c /* the index of the draw: apart from those of the releases */

static pid_t pid_of_run(unsigned int number)
{
	return (pid_t)(number % RUNS + 1) * SPAN;
}

static pid_t pid_of_control(void)
{
	static unsigned int controls;

	return FIRST_CONTROL + (pid_t)(controls++ % CONTROLS) * SPAN;
}

/* The third and fourth of four runs are killed: a moment may leave files with which the program can
 * never start again, and the runs before must not be spoilt by that. */
static bool is_killed(const struct pe_fuzz_lives *l, const struct pe_fuzz_run_how *how)
{
	return how->policy->lives == PE_FUZZ_POLICY_KILLED && (l->number - 1) % 4 >= 2 &&
	       l->usual_ms > 0;
}

/* The moment is the same part of the usual time whenever the run is repeated. */
static uint64_t time_to_live(const struct pe_fuzz_lives *l, const struct pe_fuzz_run_how *how)
{
	uint64_t draw = pe_fuzz_page_draw(how->seed, KILL_DRAW);

	return is_killed(l, how) ? 1 + l->usual_ms * (draw % PARTS) / PARTS : l->limit_ms;
}

/* lives.2; with `turns`, in run 4 and not in run 5 */
static bool has_own_pid(const struct pe_fuzz_lives *l, const struct pe_fuzz_run_how *how)
{
	return l->number % 2 == (how->policy->lives == PE_FUZZ_POLICY_KILLED);
}

/* The earlier life. Its pids are then those that @how has in use. */
static int run_first(struct pe_fuzz_run *run, const struct pe_fuzz_lives *l,
		     struct pe_fuzz_run_how *how)
{
	struct pe_fuzz_run_how first = *how;
	int r;

	first.control = true;
	first.limit_ms = time_to_live(l, how);
	r = pe_fuzz_run(run, &first);
	if (r == 0) {
		how->first = how->pid;
		how->last = (pid_t)run->page->last;
		if (how->last < how->first || how->last > how->first + SPAN)
			how->last = how->first + FEW;
	}
	pe_fuzz_run_done(run);
	return r;
}

int pe_fuzz_lives_run(struct pe_fuzz_run *run, const struct pe_fuzz_plan *plan,
		      const struct pe_fuzz_lives *l)
{
	struct pe_fuzz_run_how how = {
		.policy = pe_fuzz_policy_of(plan->policy, l->number),
		.seed = pe_fuzz_page_draw(plan->seed, l->number),
		.counted = plan->counted,
		.control = l->control,
		.keeps_output = plan->compare & PE_FUZZ_PLAN_STDOUT,
		.pid = pid_of_run(l->number),
		.limit_ms = l->limit_ms,
		.command = plan->command,
	};
	int r = *run->files ? pe_fuzz_folder_copy(run->files, run->folder) : 0;

	if (r == 0 && how.policy->lives != PE_FUZZ_POLICY_ONE)
		r = run_first(run, l, &how);
	if (r != 0)
		return r;
	if (l->control)
		how.pid = pid_of_control();
	else if (how.last && !has_own_pid(l, &how))
		how.pid = how.last + 1;
	return pe_fuzz_run(run, &how);
}
