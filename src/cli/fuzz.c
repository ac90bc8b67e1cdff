// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz - "pidepoch fuzz": run a command until it acts on an unrelated process or loses a child's
 * status, and show how.
 *
 * fuzz.1  A find is an act on an unrelated process: a canary received a signal, has another
 *         priority or is traced. Or a wait that came too late for its own child, because another
 *         wait had taken the status. Other calls that the library saw (signal 0, a query) are no
 *         finds.
 * fuzz.2  Each run's seed follows from --seed and the run's number; the file of --save names both.
 * fuzz.3  The first run in which an unrelated process was hit is the last one: the others would
 *         find the same. A lost status is a smaller fault, and is reported only after the last run,
 *         if no unrelated process was hit.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/lost.h"
#include "fuzz/print.h"
#include "cli/paths.h"
#include "cli/program.h"
#include "command/message.h"
#include "cli/commands.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

struct work {
	struct pe_fuzz_plan plan;
	struct pe_suppress suppress;
	struct pe_fuzz_print_total total;
	struct pe_fuzz_run run;
	unsigned int lost_run; /* the first in which statuses were lost; 0: none */
	long lost;
};

static void tick(void *context)
{
	const struct work *w = context;

	pe_fuzz_print_progress(&w->plan, &w->total, &w->run);
}

static void add(struct pe_fuzz_print_total *t, const struct pe_fuzz_run *run)
{
	t->runs++;
	t->timed_out += run->timed_out;
	if (!run->timed_out && run->status != 0) {
		t->failed++;
		t->status = run->status;
	}
	t->forks += atomic_load(&run->page->forks);
	t->releases += atomic_load(&run->page->releases);
	t->reuses += atomic_load(&run->page->reuses);
}

static int keep_lost(struct work *w, unsigned int number, long lost)
{
	char events[PATH_MAX];

	snprintf(events, sizeof(events), "%s", pe_fuzz_run_file(&w->run, "events"));
	if (rename(events, pe_fuzz_run_file(&w->run, "lost")) != 0)
		return ERROR(PE_EXIT_UNABLE, "%s: %s", events, strerror(errno));
	w->lost_run = number;
	w->lost = lost;
	return 0;
}

/* 0: go on; else the exit status */
static int judge(struct work *w, unsigned int number)
{
	long lost = pe_fuzz_lost_count(pe_fuzz_run_file(&w->run, "events"), &w->suppress);

	if (lost < 0)
		return ERROR(PE_EXIT_UNABLE, "cannot read what the run wrote: %s",
			     strerror((int)-lost));
	if (atomic_load(&w->run.page->finds) > 0) {
		pe_fuzz_print_progress_end();
		return pe_fuzz_print_finds(&w->plan, &w->run, number);
	}
	w->total.finds += lost > 0;
	return lost > 0 && w->lost_run == 0 ? keep_lost(w, number, lost) : 0;
}

static int one_run(struct work *w, unsigned int number)
{
	int r = pe_fuzz_run(&w->run, &w->plan, number);

	if (r == 0) {
		tick(w);
		add(&w->total, &w->run);
		r = judge(w, number);
	}
	pe_fuzz_run_done(&w->run);
	return r;
}

static int all_runs(struct work *w)
{
	for (unsigned int i = 0; i < w->plan.runs; i++) {
		int r = one_run(w, w->plan.first + (w->plan.same ? 0 : i));

		if (r != 0)
			return r;
	}
	pe_fuzz_print_progress_end();
	if (w->lost_run)
		return pe_fuzz_print_lost(&w->plan, &w->run, w->lost_run, w->lost);
	return pe_fuzz_print_nothing(&w->plan, &w->total);
}

/* Without the library "nothing found" means less. */
static void warn_not_preloaded(const char *path)
{
	char file[PATH_MAX];
	const char *why = pe_program_why(pe_program_judge(path, file, sizeof(file)));

	if (why)
		ERROR(0, "%s: %s; only the pids of its orphans are reused", file, why);
}

/* A command that cannot be started would seem to be without faults. */
static int check_command(const char *name)
{
	char path[PATH_MAX];
	int r = pe_program_find(name, path, sizeof(path));

	if (r == 0) {
		warn_not_preloaded(path);
		return 0;
	}
	return ERROR(r == -EACCES ? PE_EXIT_NOT_RUN : PE_EXIT_NOT_FOUND, "%s: %s", name,
		     r == -EACCES ? "found, but it may not be executed" : "command not found");
}

static int read_suppressions(struct work *w)
{
	const char *name = w->plan.suppressions;
	FILE *f = name ? fopen(name, "re") : NULL;
	int r;

	if (!name)
		return 0;
	if (!f)
		return ERROR(PE_EXIT_USAGE, "cannot read %s: %s", name, strerror(errno));
	r = pe_suppress_read(&w->suppress, f);
	fclose(f);
	if (r > 0)
		return ERROR(PE_EXIT_USAGE, "%s, line %d: not KIND:PATTERN, or an unknown kind",
			     name, r);
	return r < 0 ? ERROR(PE_EXIT_USAGE, "cannot read %s: %s", name, strerror(-r)) : 0;
}

static int prepare(struct work *w)
{
	int r = check_command(w->plan.command[0]);

	if (r == 0)
		r = read_suppressions(w);
	if (r == 0 && pe_paths_library(w->run.library, sizeof(w->run.library)) < 0)
		r = ERROR(PE_EXIT_UNABLE, "%s not found; looked in: %s", PE_PATHS_LIBRARY,
			  w->run.library);
	return r;
}

int pe_fuzz_main(int argc, char **argv)
{
	static struct work work = { .run = { .folder = "/tmp/pidepoch-fuzz.XXXXXX",
					     .tick = tick } };
	int r = pe_fuzz_plan_read(&work.plan, argc, argv);

	if (r != 0)
		return r < 0 ? PE_EXIT_OK : r;
	r = prepare(&work);
	if (r != 0)
		return r;
	work.run.context = &work;
	pe_fuzz_run_catch();
	if (!mkdtemp(work.run.folder))
		return ERROR(PE_EXIT_UNABLE, "%s: %s", work.run.folder, strerror(errno));
	r = all_runs(&work);
	unlink(pe_fuzz_run_file(&work.run, "lost"));
	rmdir(work.run.folder);
	pe_suppress_free(&work.suppress);
	pe_fuzz_run_pass_on();
	return r;
}
