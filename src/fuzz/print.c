// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/print.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/message.h"
#include "core/call.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

/* --- progress --- */

void pe_fuzz_print_progress(const struct pe_fuzz_plan *plan, const struct pe_fuzz_print_total *t,
			    const struct pe_fuzz_run *now)
{
	struct pe_fuzz_print_total sum = *t;

	if (!isatty(2))
		return;
	if (now && now->page) {
		sum.runs++;
		sum.forks += atomic_load(&now->page->forks);
		sum.reuses += atomic_load(&now->page->reuses);
		sum.finds += atomic_load(&now->page->finds);
	}
	fprintf(stderr, "\rpidepoch fuzz: run %u of %u: %lu fork%s, %lu reuse%s, %u find%s\033[K",
		sum.runs, plan->runs, sum.forks, sum.forks == 1 ? "" : "s", sum.reuses,
		sum.reuses == 1 ? "" : "s", sum.finds, sum.finds == 1 ? "" : "s");
}

void pe_fuzz_print_progress_end(void)
{
	if (isatty(2))
		fputc('\n', stderr);
}

/* --- finds --- */

static const char *signal_name(int number)
{
	const char *name = sigabbrev_np(number);

	return name ? name : "a real-time signal";
}

/* @call: enum pe_call, or 0 */
static const char *probe_name(int call)
{
	return call ? pe_call_name((unsigned int)call) : "a look at /proc";
}

static void print_what(const struct pe_fuzz_page_find *f)
{
	switch (f->what) {
	case PE_FUZZ_PAGE_PRIORITY:
		printf("  priority %d was given to an unrelated process, pid %u", f->signal,
		       f->pid);
		break;
	case PE_FUZZ_PAGE_TRACE:
		printf("  an unrelated process, pid %u, is traced by pid %d", f->pid, f->sender);
		break;
	case PE_FUZZ_PAGE_PROBE:
		printf("  belief: %s by pid %d found an unrelated process, pid %u",
		       probe_name(f->signal), f->sender, f->pid);
		break;
	default:
		printf("  signal %d (%s) reached an unrelated process, pid %u", f->signal,
		       signal_name(f->signal), f->pid);
		if (f->sender)
			printf(", sent by pid %d", f->sender);
	}
}

static void print_find(const struct pe_fuzz_page_find *f)
{
	print_what(f);
	printf("; the pid was release %u of the run\n", f->release + 1);
}

/* The library's notices, one line for each use. */
static void print_log(const struct pe_fuzz_run *run)
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

/* The library's events, with stacks. */
static void print_stacks(const struct pe_fuzz_plan *plan, const char *events)
{
	char option[PATH_MAX + 32];
	pid_t pid;

	snprintf(option, sizeof(option), "--suppressions=%s",
		 plan->suppressions ? plan->suppressions : "/dev/null");
	fflush(stdout);
	if (access(events, R_OK) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "pidepoch", "report", option, events, (char *)NULL);
		_exit(PE_EXIT_UNABLE);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void print_run(const struct pe_fuzz_plan *plan, unsigned int number)
{
	printf("pidepoch fuzz: found in run %u (--policy=%s --seed=%llu):\n", number,
	       pe_fuzz_plan_policies[pe_fuzz_plan_policy(plan, number)],
	       (unsigned long long)plan->seed);
}

static int print_replay(const struct pe_fuzz_plan *plan, unsigned int number)
{
	int r = pe_fuzz_plan_save(plan, number);

	if (r < 0)
		ERROR(0, "cannot write %s: %s", plan->save, strerror(-r));
	else
		printf("to repeat it: pidepoch fuzz --replay=%s\n", plan->save);
	return pe_message_flush("fuzz") == 0 ? PE_EXIT_FAILED : PE_EXIT_UNABLE;
}

int pe_fuzz_print_finds(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
			unsigned int number)
{
	uint32_t finds = atomic_load(&run->page->finds);

	print_run(plan, number);
	for (uint32_t i = 0; i < finds && i < PE_FUZZ_PAGE_FINDS; i++)
		print_find(&run->page->find[i]);
	if (finds > PE_FUZZ_PAGE_FINDS)
		printf("  and %u more\n", finds - PE_FUZZ_PAGE_FINDS);
	print_log(run);
	print_stacks(plan, pe_fuzz_run_file(run, "events"));
	return print_replay(plan, number);
}

int pe_fuzz_print_lost(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		       unsigned int number, long lost)
{
	print_run(plan, number);
	printf("  statuses of children were lost to another wait, in %ld place%s; no unrelated "
	       "process was hit\n",
	       lost, lost == 1 ? "" : "s");
	print_stacks(plan, pe_fuzz_run_file(run, "lost"));
	return print_replay(plan, number);
}

/* --- nothing --- */

/* A command that fails in each run may never reach the code that was to be tested. */
static void print_failures(const struct pe_fuzz_print_total *t)
{
	if (!t->failed)
		return;
	printf("; in %u run%s the command ", t->failed, t->failed == 1 ? "" : "s");
	if (WIFSIGNALED(t->status))
		printf("was ended by signal %d (%s)", WTERMSIG(t->status),
		       signal_name(WTERMSIG(t->status)));
	else
		printf("failed with status %d", WEXITSTATUS(t->status));
}

int pe_fuzz_print_nothing(const struct pe_fuzz_plan *plan, const struct pe_fuzz_print_total *t)
{
	printf("pidepoch fuzz: nothing found in %u run%s (--policy=%s --seed=%llu): %lu forks, "
	       "%lu releases, %lu reuses",
	       t->runs, t->runs == 1 ? "" : "s", pe_fuzz_plan_policies[plan->policy],
	       (unsigned long long)plan->seed, t->forks, t->releases, t->reuses);
	print_failures(t);
	if (t->timed_out)
		printf("; %u run%s cut off after %u s", t->timed_out,
		       t->timed_out == 1 ? " was" : "s were", plan->timeout);
	printf("\n");
	return pe_message_flush("fuzz");
}
