// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * status - "pidepoch status PID": what the library keeps for a running program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/message.h"
#include "command/number.h"
#include "inspect/learned.h"
#include "inspect/ranges.h"
#include "inspect/status.h"
#include "cli/commands.h"
#include "command/options.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "status", __VA_ARGS__)

static const char *reason(int err)
{
	switch (err) {
	case -ESRCH:
		return "no such process";
	case -ENOENT:
		return "it does not run under pidepoch, or has only a supervisor";
	case -ENODATA:
		return "cannot be examined: /proc is missing, or belongs to another pid namespace";
	case -EPROTO:
		return "it runs under another version of pidepoch";
	case -EAGAIN:
		return "nothing is kept for it yet: it has created no child and taken no reference";
	}
	return strerror(-err);
}

static void show_time(const char *name, pe_clock_time t)
{
	printf("%-24s lap %llu, pid %u", name, (unsigned long long)pe_clock_lap(t),
	       pe_clock_cursor(t));
}

static void show_stats(const struct pe_stats *a)
{
	printf("%-24s %llu\n", "children", (unsigned long long)a->children);
	printf("%-24s %llu\n", "reaped children", (unsigned long long)a->released);
	printf("%-24s %llu bytes\n", "kept", (unsigned long long)a->bytes);
	printf("%-24s %llu bytes of at most %llu\n", "of which for old epochs",
	       (unsigned long long)a->old_bytes, (unsigned long long)a->bound);
	printf("%-24s %llu\n", "epochs retired early", (unsigned long long)a->retired_early);
	show_time("now", a->now);
	printf("\n");
	if (a->sync) {
		show_time("sync point", a->sync);
		unsigned long long behind = (a->now - a->sync) >> PE_CLOCK_CURSOR_BITS;

		printf(", %llu lap%s behind\n", behind, behind == 1 ? "" : "s");
	} else {
		printf("%-24s none: the program has not set one\n", "sync point");
	}
}

/* from what a pid was learned, and what happened then */
static void show_source(const struct pe_learned *l)
{
	static const char *const ways[] = {
		"?", "from", "looked up", "an argument, known", "from a message", "told"
	};
	const double ago = (double)l->ago / 1000;

	if (l->kind == PE_EVIDENCE_FILE)
		printf("%u from %s, changed %.3f s ago\n", l->pid, l->path, ago);
	else
		printf("%u %s %.3f s ago\n", l->pid,
		       ways[l->kind <= PE_EVIDENCE_TOLD ? l->kind : 0], ago);
}

static void show_learned(pid_t pid, const struct pe_status *status)
{
	static struct pe_learned list[PE_LEARNED_MOST];
	const int count = status->learned ? pe_learned_read(pid, status, list) : 0;

	for (int i = 0; i < count; i++) {
		printf("%-24s ", i == 0 ? "evidence" : "");
		show_source(&list[i]);
	}
}

/* the children that were reaped last */
static void show_ends(const struct pe_status *status)
{
	for (unsigned int i = 0; i < status->ends; i++) {
		const struct pe_status_end *e = &status->end[i];

		printf("%-24s %u ", i == 0 ? "ended" : "", e->pid);
		if (!e->is_known)
			printf("status not known");
		else if (WIFEXITED(e->status))
			printf("exited with status %d", WEXITSTATUS(e->status));
		else
			printf("killed by signal %d", WTERMSIG(e->status));
		printf(", reaped by %s", e->by);
		if (e->thread)
			printf(" in thread %u", e->thread);
		printf(" %.3f s ago\n", (double)e->ago / 1000);
	}
}

static void show_bytes(const char *name, uint64_t bytes)
{
	printf("%-24s %llu bytes\n", name, (unsigned long long)bytes);
}

static void show_ranges(const struct pe_ranges *r)
{
	show_bytes("volatile", r->debt);
	show_bytes("armed", r->armed);
	show_bytes("purged so far", r->purged);
}

/* The figures of the libraries that are loaded: both, or only one of them. */
static int show(pid_t pid)
{
	struct pe_status status;
	struct pe_ranges ranges;
	const int kept = pe_status_read(pid, &status), is_volatile = pe_ranges_read(pid, &ranges);

	if (kept < 0 && is_volatile < 0)
		return ERROR(PE_EXIT_FAILED, "%d: %s", pid, reason(kept));
	if (kept == 0) {
		show_stats(&status.stats);
		show_learned(pid, &status);
		show_ends(&status);
	}
	if (is_volatile == 0)
		show_ranges(&ranges);
	return pe_message_flush("status");
}

int pe_status_main(int argc, char **argv)
{
	pid_t pid;

	switch (pe_options_next("status", argc, argv)) {
	case PE_OPTION_END:
		break;
	case PE_OPTION_HELP:
		return pe_options_help("status");
	default:
		return PE_EXIT_USAGE;
	}
	if (optind == argc)
		return ERROR(PE_EXIT_USAGE, "missing pid; try 'pidepoch status --help'");
	if (optind + 1 < argc)
		return pe_options_unexpected("status", argv[optind + 1]);
	if (!pe_number_pid(argv[optind], &pid))
		return ERROR(PE_EXIT_USAGE, "invalid pid '%s'", argv[optind]);
	return show(pid);
}
