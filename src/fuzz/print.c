// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/print.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "core/call.h"
#include "fuzz/policy.h"
#include "report/plain.h"

/* --- progress --- */

void pe_fuzz_print_progress(const struct pe_fuzz_session *s)
{
	struct pe_fuzz_session_total sum = s->total;
	const struct pe_fuzz_page *now = s->run.page;

	if (!isatty(2))
		return;
	if (now && !now->control) {
		sum.runs += sum.runs < s->plan.runs; /* a trial repeats one that was counted */
		sum.forks += atomic_load(&now->forks);
		sum.reuses += atomic_load(&now->reuses);
		sum.finds += atomic_load(&now->finds);
	}
	fprintf(stderr, "\rpidepoch fuzz: run %u of %u: %lu fork%s, %lu reuse%s, %u find%s\033[K",
		sum.runs, s->plan.runs, sum.forks, sum.forks == 1 ? "" : "s", sum.reuses,
		sum.reuses == 1 ? "" : "s", sum.finds, sum.finds == 1 ? "" : "s");
}

void pe_fuzz_print_progress_end(void)
{
	if (isatty(2))
		fputc('\n', stderr);
}

/* --- acts --- */

static const char *signal_name(int number)
{
	const char *name = sigabbrev_np(number);

	return name ? name : "a real-time signal";
}

/* @call: enum pe_call */
static const char *probe_name(int call)
{
	return call == PE_CALL_PROC ? "a look at /proc" : pe_call_name((unsigned int)call);
}

void pe_fuzz_print_act(const struct pe_fuzz_page_find *f, char *to, size_t size)
{
	char sender[32] = "";

	switch (f->what) {
	case PE_FUZZ_PAGE_PRIORITY:
		snprintf(to, size, "priority %d was given to an unrelated process, pid %u",
			 f->signal, f->pid);
		break;
	case PE_FUZZ_PAGE_CHANGE:
		snprintf(to, size, "%s by pid %d changed an unrelated process, pid %u",
			 pe_call_name((unsigned int)f->signal), f->sender, f->pid);
		break;
	case PE_FUZZ_PAGE_TRACE:
		snprintf(to, size, "an unrelated process, pid %u, is traced by pid %d", f->pid,
			 f->sender);
		break;
	case PE_FUZZ_PAGE_PROBE:
		snprintf(to, size, "belief: %s by pid %d found an unrelated process, pid %u",
			 probe_name(f->signal), f->sender, f->pid);
		break;
	default:
		if (f->sender)
			snprintf(sender, sizeof(sender), ", sent by pid %d", f->sender);
		snprintf(to, size, "signal %d (%s) reached an unrelated process, pid %u%s",
			 f->signal, signal_name(f->signal), f->pid, sender);
	}
}

static void print_program(const struct pe_fuzz_page *page, const char *what, uint32_t pid)
{
	const struct pe_fuzz_page_program *p = pe_fuzz_page_program(page, pid);

	if (!p)
		return;
	printf("    %s (", what);
	pe_plain_print(stdout, p->comm);
	printf("): ");
	pe_plain_print(stdout, p->text);
	printf("\n");
}

static void print_process(const struct pe_fuzz_page *page, const char *what, uint32_t pid)
{
	char text[64];

	snprintf(text, sizeof(text), "%spid %u", what, pid);
	print_program(page, text, pid);
}

/* The processes of the find, by their names and command lines. */
static void print_programs(const struct pe_fuzz_page *page, const struct pe_fuzz_page_find *f)
{
	uint32_t releaser = f->releaser.pid, parent = pe_fuzz_page_parent(page, f->pid);

	if (releaser == 1)
		printf("    released by pid 1, which reaped an orphan\n");
	else
		print_process(page, "released by ", releaser);
	print_program(page, "the process that had the pid", f->pid);
	if (parent != releaser)
		print_process(page, "which was started by ", parent);
	if (f->sender > 0 && (uint32_t)f->sender != releaser)
		print_process(page, "", (uint32_t)f->sender);
}

static void print_find(const struct pe_fuzz_page *page, const struct pe_fuzz_page_find *f)
{
	char act[256];

	pe_fuzz_print_act(f, act, sizeof(act));
	printf("  %s; the pid was ", act);
	if (f->release == PE_FUZZ_PAGE_RELEASE_UNSEEN)
		printf("free, and its release was not seen\n");
	else if (f->release == PE_FUZZ_PAGE_RELEASE_EARLIER)
		printf("that of a process before the restart\n");
	else
		printf("release %u of the run\n", f->release + 1);
	print_programs(page, f);
}

static void print_finds(const struct pe_fuzz_page *page)
{
	uint32_t finds = atomic_load(&page->finds);

	for (uint32_t i = 0; i < finds && i < PE_FUZZ_PAGE_FINDS; i++)
		print_find(page, &page->find[i]);
	if (finds > PE_FUZZ_PAGE_FINDS)
		printf("  and %u more\n", finds - PE_FUZZ_PAGE_FINDS);
}

static void print_beliefs(const struct pe_fuzz_page *page)
{
	uint32_t beliefs = atomic_load(&page->beliefs);

	for (uint32_t i = 0; i < beliefs && i < PE_FUZZ_PAGE_BELIEFS; i++)
		print_find(page, &page->belief[i]);
}

/* --- differences --- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void pe_fuzz_print_difference(const struct pe_fuzz_session *s, char *to, size_t size)
{
	const struct pe_fuzz_outcome *o = &s->find.outcome, *usual = &s->usual;
	const char *what = pe_fuzz_policy_of(s->plan.policy, s->find.number)->what;
	char now[64], before[64];

	pe_fuzz_outcome_name(o, now, sizeof(now));
	pe_fuzz_outcome_name(usual, before, sizeof(before));
	if (o->timed_out != usual->timed_out || o->status != usual->status)
		snprintf(to, size, "ends %s when %s, and otherwise %s", now, what, before);
	else
		snprintf(to, size, "%s when %s",
			 o->output != usual->output ? "has another standard output"
						    : "leaves other files",
			 what);
}

static void print_difference(const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_oracle *o = &s->find.oracle;
	char text[512];

	pe_fuzz_print_difference(s, text, sizeof(text));
	printf("  ");
	pe_plain_print(stdout, base_name(s->plan.command[0]));
	printf(" %s\n", text);
	printf("  it differed in %u of %u more such runs, and in %u of %u control runs between "
	       "them (p = %.1g, Fisher's exact test)\n",
	       o->differ, o->n, o->control_differ, o->n, pe_fuzz_oracle_p(o));
}

/* --- what the library has written --- */

/* The notices, one line for each use. */
static void print_log(const struct pe_fuzz_run *run)
{
	FILE *f = fopen(pe_fuzz_run_file(run, "notices"), "re");
	char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) >= 0)
		printf("  %s", line);
	if (f)
		fclose(f);
	free(line);
}

/* The events, with stacks. */
static void print_stacks(const struct pe_fuzz_session *s)
{
	const char *events = pe_fuzz_run_file(&s->run, "kept");
	char option[PATH_MAX + 32];
	pid_t pid;

	snprintf(option, sizeof(option), "--suppressions=%s",
		 s->plan.suppressions ? s->plan.suppressions : "/dev/null");
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

/* --- the result --- */

static void print_found(const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_session_find *f = &s->find;

	printf("pidepoch fuzz: found in run %u (--policy=%s --seed=%llu):\n", f->number,
	       pe_fuzz_policy_of(s->plan.policy, f->number)->name,
	       (unsigned long long)s->plan.seed);
	if (f->result == PE_FUZZ_SESSION_DIFFERS)
		print_difference(s);
	if (f->result == PE_FUZZ_SESSION_LOST)
		printf("  statuses of children were lost %s, in %ld place%s; no unrelated process "
		       "was hit\n",
		       f->ignored ? "since SIGCHLD was inherited as ignored" : "to another wait",
		       f->lost, f->lost == 1 ? "" : "s");
	print_finds(&f->page);
	if (f->result == PE_FUZZ_SESSION_DIFFERS)
		print_beliefs(&f->page);
	if (f->result != PE_FUZZ_SESSION_LOST)
		print_log(&s->run);
	print_stacks(s);
}

/* A command that fails in each run may never reach the code that was to be tested. */
static void print_failures(const struct pe_fuzz_session_total *t)
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

static void print_nothing(const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_session_total *t = &s->total;

	printf("pidepoch fuzz: nothing found in %u run%s (--policy=%s --seed=%llu): %lu forks, "
	       "%lu releases, %lu reuses",
	       t->runs, t->runs == 1 ? "" : "s", pe_fuzz_policy_name(s->plan.policy),
	       (unsigned long long)s->plan.seed, t->forks, t->releases, t->reuses);
	if (!t->runs)
		printf("; the time was over before the first run");
	print_failures(t);
	if (t->timed_out)
		printf("; %u run%s cut off after %u s", t->timed_out,
		       t->timed_out == 1 ? " was" : "s were", s->plan.timeout);
	if (s->run.supervise && s->run.supervise_bare)
		printf("; with a supervisor, for programs without the library");
	if (s->is_erratic)
		printf("; it ends in different ways with reuse and without");
	if (s->find.result == PE_FUZZ_SESSION_UNREACHED)
		printf("; nothing was tested, since no pid was released");
	printf("\n");
}

void pe_fuzz_print_result(const struct pe_fuzz_session *s)
{
	if (s->find.number)
		print_found(s);
	else
		print_nothing(s);
}
