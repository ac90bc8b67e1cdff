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

/* --- while it goes on --- */

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
	fprintf(stderr, "\rpidepoch fuzz: run %u of %u: %lu forks, %lu reuses, %u finds", sum.runs,
		plan->runs, sum.forks, sum.reuses, sum.finds);
}

void pe_fuzz_print_progress_end(void)
{
	if (isatty(2))
		fputc('\n', stderr);
}

/* --- finds --- */

static const char *signal_name(int pid)
{
	const char *name = sigabbrev_np(pid);

	return name ? name : "a real-time signal";
}

/* The numbers of the calls are core/call.h's. */
static const char *probe_name(int call)
{
	return call ? pe_call_name((unsigned int)call) : "a look at /proc";
}

static void tell_what(const struct pe_fuzz_page_find *f)
{
	switch (f->what) {
	case PE_FUZZ_PAGE_PRIORITY:
		printf("  priority %d was given to a stranger at number %u", f->signal, f->pid);
		break;
	case PE_FUZZ_PAGE_TRACE:
		printf("  a stranger at number %u is traced, by pid %d", f->pid, f->sender);
		break;
	case PE_FUZZ_PAGE_PROBE:
		printf("  belief: %s by pid %d found a stranger at number %u",
		       probe_name(f->signal), f->sender, f->pid);
		break;
	default:
		printf("  signal %d (%s) reached a stranger at number %u", f->signal,
		       signal_name(f->signal), f->pid);
		if (f->sender)
			printf(", sent by pid %d", f->sender);
	}
}

static void tell_find(const struct pe_fuzz_page_find *f)
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
static void tell_stacks(const struct pe_fuzz_plan *plan, const char *events)
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

static void tell_run(const struct pe_fuzz_plan *plan, unsigned int pid)
{
	printf("pidepoch fuzz: found in run %u (--policy=%s --seed=%llu):\n", pid,
	       pe_fuzz_plan_policies[pe_fuzz_plan_policy(plan, pid)],
	       (unsigned long long)plan->seed);
}

static int tell_again(const struct pe_fuzz_plan *plan, unsigned int pid)
{
	int r = pe_fuzz_plan_save(plan, pid);

	if (r < 0)
		ERROR(0, "cannot write %s: %s", plan->save, strerror(-r));
	else
		printf("again: pidepoch fuzz --replay=%s\n", plan->save);
	return pe_message_flush("fuzz") == 0 ? PE_EXIT_FAILED : PE_EXIT_UNABLE;
}

int pe_fuzz_print_finds(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
			unsigned int pid)
{
	uint32_t finds = atomic_load(&run->page->finds);

	tell_run(plan, pid);
	for (uint32_t i = 0; i < finds && i < PE_FUZZ_PAGE_FINDS; i++)
		tell_find(&run->page->find[i]);
	if (finds > PE_FUZZ_PAGE_FINDS)
		printf("  and %u more\n", finds - PE_FUZZ_PAGE_FINDS);
	tell_log(run);
	tell_stacks(plan, pe_fuzz_run_file(run, "events"));
	return tell_again(plan, pid);
}

int pe_fuzz_print_lost(const struct pe_fuzz_plan *plan, const struct pe_fuzz_run *run,
		       unsigned int pid, long lost)
{
	tell_run(plan, pid);
	printf("  statuses of children were lost to another wait, in %ld place%s; no stranger was "
	       "hit\n",
	       lost, lost == 1 ? "" : "s");
	tell_stacks(plan, pe_fuzz_run_file(run, "lost"));
	return tell_again(plan, pid);
}

/* --- nothing --- */

/* A command that fails each time may never have come to what was to be tried. */
static void tell_failures(const struct pe_fuzz_print_total *t)
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
	tell_failures(t);
	if (t->timed_out)
		printf("; %u run%s cut off after %u s", t->timed_out,
		       t->timed_out == 1 ? " was" : "s were", plan->timeout);
	printf("\n");
	return pe_message_flush("fuzz");
}
