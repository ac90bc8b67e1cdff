// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/outcome.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report/events.h"
#include "command/message.h"
#include "inspect/leftover.h"
#include "inspect/summary.h"

#define ERROR(...) pe_message_error(-1, "run", __VA_ARGS__)

static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };

static sigset_t watched_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&set, forwarded[i]);
	return set;
}

/* outcome.1. Only this function reaps the child, so kill() cannot reach another process. */
static int await(pid_t child, const sigset_t *set)
{
	siginfo_t si;
	int status;

	for (;;) {
		if (waitpid(child, &status, WNOHANG) == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (sigwaitinfo(set, &si) > 0 && si.si_signo != SIGCHLD && si.si_code <= 0)
			kill(child, si.si_signo);
	}
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* outcome.2. The number of events, or -1 after an error line. */
static long count_findings(const char *path, off_t from)
{
	struct pe_events events = { .events = 0 };
	FILE *f = fopen(path, "re");
	long found = 0;
	int r = f && fseeko(f, from, SEEK_SET) == 0 ? pe_events_read(&events, f) : -errno;

	if (f)
		fclose(f);
	if (r < 0)
		return ERROR("cannot read the events %s: %s", path, strerror(-r));
	for (size_t i = 0; i < events.events; i++)
		found += events.event[i].severity <= PE_EVENTS_WARNING;
	pe_events_free(&events);
	return found;
}

/* --- the summary --- */

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

/* The counts of one kind, by outcome. Returns the length. */
static size_t add_kind(char *text, size_t size, unsigned int kind, const _Atomic uint32_t *count)
{
	/* before and after the plural's s */
	static const char *const kinds[PE_TALLY_KINDS][2] = {
		{ "stale use", "" },
		{ "latent use", "" },
		{ "stale probe", "" },
		{ "stolen wait", "" },
		{ "double reap", "" },
		{ "use", " of a thread id as a pid" },
		{ "use", " of pid 1 as the former parent" },
	};
	static const char *const outcomes[] = { " let through", " refused", " aborted" };
	size_t n = 0;

	for (unsigned int o = 0; o < PE_TALLY_OUTCOMES && n < size; o++)
		if (count[o] > 0)
			n += (size_t)snprintf(text + n, size - n, "%u %s%s%s%s, ", count[o],
					      kinds[kind][0], plural(count[o]), kinds[kind][1],
					      kind < 3 ? outcomes[o] : "");
	return n;
}

static void print_lost(unsigned int n, const char *what, const char *file, int error)
{
	if (n > 0)
		pe_message_error(0, "run", "%u %s%s could not be written to %s: %s", n, what,
				 plural(n), *file ? file : "standard error", strerror(error));
}

/* "1002 calls judged: 1000 kill, 2 pidfd_open" */
static void print_judged(const struct pe_tally *t)
{
	char text[1024] = "";
	unsigned long long all = 0, of_call;
	size_t n = 0;

	for (unsigned int c = 0; c < PE_CALL_COUNT; c++) {
		of_call = atomic_load(&t->judged[c]);
		if (of_call && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %llu %s",
					      all ? "," : ":", of_call, pe_call_name(c));
		all += of_call;
	}
	pe_message_error(0, "run", "summary: %llu call%s judged%s", all, all == 1 ? "" : "s", text);
}

/* outcome.3 */
static void print_summary(const struct pe_outcome *o)
{
	struct pe_tally t;
	char text[1024] = "";
	size_t n = 0;

	if (!*o->summary || pe_summary_take(o->summary, &t) < 0)
		return;
	print_judged(&t);
	for (unsigned int k = 0; k < PE_TALLY_KINDS && n < sizeof(text); k++)
		n += add_kind(text + n, sizeof(text) - n, k, t.event[k]);
	if (n == 0)
		snprintf(text, sizeof(text), "nothing to report, ");
	pe_message_error(0, "run", "summary: %s%u notice%s", text, t.notices, plural(t.notices));
	if (t.left_out)
		pe_message_error(0, "run", "%u notice%s left out, over the limit of a process",
				 t.left_out, t.left_out == 1 ? " was" : "s were");
	print_lost(t.lost_notices, "notice", o->log, t.notice_error);
	print_lost(t.lost_events, "event", o->events, t.event_error);
}

static int begin_summary(struct pe_outcome *o)
{
	if (pe_summary_make(o->summary) < 0 || setenv("PIDEPOCH_SUMMARY", o->summary, 1) < 0)
		return ERROR("no shared memory for --summary; see 'ipcs -m'");
	return 0;
}

int pe_outcome_fork(struct pe_outcome *o, bool summary, int *status)
{
	sigset_t set = watched_signals(), before;
	struct sigaction plain = { .sa_handler = SIG_DFL }, was;
	off_t from = size_of(o->events);
	pid_t child;
	long n;

	if (summary && begin_summary(o) < 0)
		return -1;
	/* if SIGCHLD were ignored, the command's status would be lost */
	sigaction(SIGCHLD, &plain, &was);
	sigprocmask(SIG_BLOCK, &set, &before);
	child = fork();
	if (child < 0)
		return ERROR("cannot fork: %s", strerror(errno));
	if (child == 0) {
		sigaction(SIGCHLD, &was, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return 0;
	}
	*status = await(child, &set);
	pe_leftover_remove();
	print_summary(o);
	n = o->found ? count_findings(o->events, from) : 0;
	if (n > 0) {
		pe_message_error(0, "run", "%ld event%s in %s; 'pidepoch report' shows them", n,
				 n == 1 ? "" : "s", o->events);
		*status = o->found;
	}
	return n < 0 ? -1 : 1;
}
