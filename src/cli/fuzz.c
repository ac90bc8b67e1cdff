// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz - "pidepoch fuzz": run a command until it acts on a stranger, and show how.
 *
 * Z.1  A find is what a stranger has felt: a signal that reached a canary, another priority, a tracer. What the library
 *      alone saw (a signal 0, a question) is no find.
 * Z.2  Each run's seed follows from --seed and its number; the file of --save names both.
 * Z.3  It ends with the first run that found something: the rest of the runs would find it again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz_run.h"
#include "paths.h"
#include "program.h"
#include "say.h"
#include "verbs.h"

#define ERROR(status, ...) pe_say_error(status, "fuzz", __VA_ARGS__)

struct total {
	unsigned int runs, timed_out;
	unsigned long forks, releases, reuses;
};

/* --- telling --- */

static void tell_progress(const struct pe_fuzz_plan *plan, const struct total *t, const char *end)
{
	fprintf(stderr, "\rpidepoch fuzz: run %u of %u: %lu forks, %lu releases, %lu reuses%s",
		t->runs, plan->runs, t->forks, t->releases, t->reuses, end);
}

static const char *signal_name(int number)
{
	const char *name = sigabbrev_np(number);

	return name ? name : "a real-time signal";
}

static void tell_what(const struct pe_fuzz_find *f)
{
	switch (f->what) {
	case PE_FUZZ_PRIORITY:
		printf("  priority %d was given to a stranger at number %u", f->signal, f->number);
		break;
	case PE_FUZZ_TRACE:
		printf("  a stranger at number %u is traced, by pid %d", f->number, f->sender);
		break;
	default:
		printf("  signal %d (%s) reached a stranger at number %u", f->signal,
		       signal_name(f->signal), f->number);
		if (f->sender)
			printf(", sent by pid %d", f->sender);
	}
}

static void tell_find(const struct pe_fuzz_find *f)
{
	tell_what(f);
	printf("; the number was release %u of the run\n", f->release + 1);
}

/* What the library saw of it, in a line for each use. */
static void tell_log(const struct pe_fuzz_run *run)
{
	FILE *f = fopen(pe_fuzz_run_file(run, "log"), "re");
	char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) >= 0)
		printf("  %s", line);
	if (f)
		fclose(f);
	free(line);
}

/* and where, with the stacks */
static void tell_stacks(const struct pe_fuzz_run *run)
{
	pid_t pid;

	fflush(stdout);
	if (access(pe_fuzz_run_file(run, "events"), R_OK) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "pidepoch", "report", pe_fuzz_run_file(run, "events"),
		      (char *)NULL);
		_exit(PE_VERBS_UNABLE);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static int tell_finds(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		      unsigned int number)
{
	uint32_t finds = atomic_load(&run->page->finds);
	int r = pe_fuzz_plan_save(plan, number);

	printf("pidepoch fuzz: found in run %u (--policy=%s --seed=%llu):\n", number,
	       pe_fuzz_plan_policies[plan->policy], (unsigned long long)plan->seed);
	for (uint32_t i = 0; i < finds && i < PE_FUZZ_FINDS; i++)
		tell_find(&run->page->find[i]);
	tell_log(run);
	tell_stacks(run);
	if (r < 0)
		ERROR(0, "cannot write %s: %s", plan->save, strerror(-r));
	else
		printf("again: pidepoch fuzz --replay=%s\n", plan->save);
	return pe_say_flush("fuzz") == 0 ? PE_VERBS_FAILED : PE_VERBS_UNABLE;
}

/* --- runs --- */

static void add(struct total *t, const struct pe_fuzz_run *run)
{
	t->runs++;
	t->timed_out += run->timed_out;
	t->forks += atomic_load(&run->page->forks);
	t->releases += atomic_load(&run->page->releases);
	t->reuses += atomic_load(&run->page->reuses);
}

/* 0 nothing found; else the exit status */
static int one_run(const struct pe_fuzz_plan *plan, struct pe_fuzz_run *run, struct total *t,
		   unsigned int number)
{
	int r = pe_fuzz_run(run, plan, pe_fuzz_draw(plan->seed, number));

	if (r == 0) {
		add(t, run);
		if (isatty(2))
			tell_progress(plan, t, "");
	}
	if (r == 0 && atomic_load(&run->page->finds) > 0) {
		if (isatty(2))
			fputc('\n', stderr);
		r = tell_finds(plan, run, number);
	}
	pe_fuzz_run_done(run);
	return r;
}

static int all_runs(const struct pe_fuzz_plan *plan, struct pe_fuzz_run *run)
{
	struct total t = { .runs = 0 };

	for (unsigned int i = 0; i < plan->runs; i++) {
		int r = one_run(plan, run, &t, plan->first + i);

		if (r != 0)
			return r;
	}
	if (isatty(2))
		fputc('\n', stderr);
	printf("pidepoch fuzz: nothing found in %u runs (--policy=%s --seed=%llu): %lu forks, "
	       "%lu releases, %lu reuses",
	       t.runs, pe_fuzz_plan_policies[plan->policy], (unsigned long long)plan->seed, t.forks,
	       t.releases, t.reuses);
	if (t.timed_out)
		printf("; %u runs were cut off after %u s", t.timed_out, plan->timeout);
	printf("\n");
	return pe_say_flush("fuzz");
}

/* A command that cannot even be started would be called right. */
static int check_command(const char *name)
{
	char path[PATH_MAX];
	int r = pe_program_find(name, path, sizeof(path));

	if (r == 0)
		return 0;
	return ERROR(r == -EACCES ? PE_VERBS_NOT_RUN : PE_VERBS_NOT_FOUND, "%s: %s", name,
		     r == -EACCES ? "is there, but may not be executed" : "not found");
}

int pe_fuzz_main(int argc, char **argv)
{
	struct pe_fuzz_run run = { .folder = "/tmp/pidepoch-fuzz.XXXXXX" };
	struct pe_fuzz_plan plan;
	int r = pe_fuzz_plan_read(&plan, argc, argv);

	if (r != 0)
		return r < 0 ? PE_VERBS_OK : r;
	r = check_command(plan.command[0]);
	if (r != 0)
		return r;
	if (pe_paths_library(run.library, sizeof(run.library)) < 0)
		return ERROR(PE_VERBS_UNABLE, "no %s at %s", PE_PATHS_LIBRARY, run.library);
	pe_fuzz_run_catch();
	if (!mkdtemp(run.folder))
		return ERROR(PE_VERBS_UNABLE, "%s: %s", run.folder, strerror(errno));
	r = all_runs(&plan, &run);
	rmdir(run.folder);
	pe_fuzz_run_pass_on();
	return r;
}
