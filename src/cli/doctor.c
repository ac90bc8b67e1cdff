// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * doctor - "pidepoch doctor": what this kernel and this container allow, and what is guaranteed
 * here.
 *
 * doctor.1  A guarantee follows only from mechanisms that this command has just tried (probe.h).
 * doctor.2  A guarantee is that of 'pidepoch run' without options, with the caller's present
 *           privileges.
 * doctor.3  The status is 0 if and only if every guarantee is as good here as it can be on any
 *           machine. What is worse here is listed at the end, with what would change it; what is
 *           not exact on any machine is listed as such.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "cli/loads.h"
#include "command/message.h"
#include "cli/supervise.h"
#include "cli/vrange.h"
#include "inspect/trusted.h"
#include "report/json_write.h"
#include "supervisor/kernel/probe.h"
#include "cli/commands.h"
#include "command/colour.h"
#include "command/options.h"
#include "command/exit_status.h"

enum guarantee { NONE, EFFORT, DETECTED, EXACT };

static const char *const guarantees[] = { "none", "best effort", "detected", "exact" };

/* one kind of call: its guarantee here and the best possible one; why it is not better, and what
 * would change that (only if it is worse here than elsewhere) */
struct family {
	const char *name, *text;
	enum guarantee here, best;
	const char *lacks, *change;
};

enum { FAMILIES = 10 };

struct findings {
	struct utsname kernel;
	int tried[PE_PROBE_COUNT];
	int preload; /* 0 or -errno */
	int musl;    /* likewise: its build for musl */
	struct family families[FAMILIES];
	struct pe_trusted evidence;
	struct pe_vrange vrange;
	bool full;
};

/* --- guarantees --- */

static bool have(const struct findings *f, enum pe_probe what)
{
	return f->tried[what] == 0;
}

#define NEEDS_LIBRARY "a whole installation, or PIDEPOCH_LIBDIR with the library's directory"

static struct family of_children(const struct findings *f, const char *name, const char *text)
{
	bool loaded = f->preload == 0;

	return (struct family){ name,
				text,
				loaded ? EXACT : NONE,
				EXACT,
				loaded ? "" : "the library cannot be preloaded",
				NEEDS_LIBRARY };
}

static struct family of_vanishing(const struct findings *f, const char *name, const char *text)
{
	struct family c = of_children(f, name, text);

	if (c.here == EXACT && !have(f, PE_PROBE_PIDFD)) {
		c.here = EFFORT;
		c.lacks = "pidfds that can be waited for are missing";
		c.change = "Linux 5.4";
	}
	return c;
}

static struct family of_groups(const struct findings *f, const char *name, const char *text)
{
	struct family c = of_children(f, name, text);

	if (c.here == EXACT && !have(f, PE_PROBE_HANDLE)) {
		c.here = EFFORT;
		c.lacks = "once its leader is reaped, a group is known by its pid only";
		c.change = f->tried[PE_PROBE_HANDLE] == -EPERM
				   ? "a container that permits open_by_handle_at"
				   : "Linux 6.14";
	}
	return c;
}

static bool has_proc(void)
{
	return access("/proc/self", F_OK) == 0;
}

static const char *change_for_supervisor(const struct findings *f)
{
	if (have(f, PE_PROBE_CHILDREN))
		return "Linux 5.19, where no container forbids seccomp user notification";
	return has_proc() ? "a kernel with CONFIG_PROC_CHILDREN" : "a mounted /proc";
}

/* programs without the library, under the supervisor */
static struct family of_watched(const struct findings *f, const char *name, const char *text,
				enum guarantee best)
{
	bool inside = pe_supervise_is_inside();
	bool can = inside || (have(f, PE_PROBE_NOTIFY) && have(f, PE_PROBE_KILLABLE) &&
			      have(f, PE_PROBE_CHILDREN));
	bool asked = !inside && !have(f, PE_PROBE_ADMIN);

	return (struct family){
		name,
		text,
		can && !asked ? best : NONE,
		best,
		!can	? "there can be no supervisor"
		: asked ? "not watched without CAP_SYS_ADMIN"
			: "",
		can ? "--supervisor=on (setuid programs below then run without their "
		      "privileges), or CAP_SYS_ADMIN"
		    : change_for_supervisor(f)
	};
}

/* The guarantee is the same without fork events: a continued signal is in a race with the wait of
 * another thread in any case. */
static struct family of_threads(const struct findings *f, const char *name, const char *text)
{
	struct family c = of_watched(f, name, text, EFFORT);

	if (c.here == EFFORT && !have(f, PE_PROBE_BIRTHS))
		c.lacks = "forks are seen at waits only";
	else if (c.here == EFFORT)
		c.lacks = "a signal may race with the wait of another thread";
	return c;
}

/* A call that is exact on no machine; its guarantee needs the library as well. */
static struct family of_library(const struct findings *f, const char *name, const char *text,
				enum guarantee best, const char *why)
{
	bool loaded = f->preload == 0;

	return (struct family){ name,
				text,
				loaded ? best : NONE,
				best,
				loaded ? why : "the library cannot be preloaded",
				NEEDS_LIBRARY };
}

static void conclude(struct findings *f)
{
	f->families[0] = of_children(f, "signal_child", "signals to own children");
	f->families[1] = of_children(f, "call_child", "other calls on own children, pidfd_open");
	f->families[2] = of_vanishing(f, "signal_vanishing", "signals while SIGCHLD is ignored");
	f->families[3] = of_library(f, "call_vanishing", "other calls while SIGCHLD is ignored",
				    EFFORT, "these calls have no form that takes a pidfd");
	f->families[4] = of_library(f, "inherited", "pids that the parent saw end", DETECTED,
				    "the child may have learned the pid anew");
	f->families[5] = of_library(f, "stranger", "pids of processes that are not children",
				    EFFORT, "it may not be known when the program learned the pid");
	f->families[6] = of_watched(f, "raw_single", "static programs with one thread", EXACT);
	f->families[7] = of_threads(f, "raw_threads", "static programs with threads, Go");
	f->families[8] = of_groups(f, "signal_group", "signals to groups that own children led");
	f->families[9] =
		of_library(f, "evidence", "pids from files, looks at /proc and arguments", EFFORT,
			   "start times and file times have a resolution of 10 ms and worse");
	f->full = true;
	for (int i = 0; i < FAMILIES; i++)
		f->full = f->full && f->families[i].here == f->families[i].best;
}

static void examine(struct findings *f)
{
	uname(&f->kernel);
	for (enum pe_probe p = 0; p < PE_PROBE_COUNT; p++)
		f->tried[p] = pe_probe_try(p);
	f->preload = pe_loads_try();
	f->musl = pe_loads_try_musl();
	pe_trusted_examine(&f->evidence);
	pe_vrange_examine(&f->vrange);
	conclude(f);
}

/* --- the report --- */

static const char *reason(enum pe_probe p, int tried)
{
	if (pe_probe_is_off(p))
		return "disabled by PIDEPOCH_FORCE_OLD";
	if (tried == -EBUSY && pe_supervise_is_inside())
		return "this command is in a watched run";
	if (tried == -ENOENT && !has_proc())
		return "/proc is not mounted";
	return tried == -ENOSYS ? "this kernel does not have it" : strerror(-tried);
}

static void print_mechanism(const char *text, int tried, const char *why)
{
	printf("  %-56s%s%s%s%s%s\n", text,
	       pe_colour(tried == 0 ? PE_COLOUR_GOOD : PE_COLOUR_SO_SO), tried == 0 ? "yes" : "no",
	       pe_colour(PE_COLOUR_NONE), tried ? ": " : "", tried ? why : "");
}

static void print_title(const char *title)
{
	printf("%s%s%s\n", pe_colour(PE_COLOUR_TITLE), title, pe_colour(PE_COLOUR_NONE));
}

static void print_family(const struct family *c)
{
	enum pe_colour colour = c->here == EXACT  ? PE_COLOUR_GOOD
				: c->here == NONE ? PE_COLOUR_BAD
						  : PE_COLOUR_SO_SO;

	printf("  %-56s%s%s%s%s%s\n", c->text, pe_colour(colour), guarantees[c->here],
	       pe_colour(PE_COLOUR_NONE), *c->lacks ? ": " : "", c->lacks);
}

static const char *no_table(const struct findings *f)
{
	switch (f->evidence.table) {
	case -EACCES:
		return "another user's segment has its key";
	case -ENODATA:
		return "/proc does not give the namespaces of this process";
	default:
		return "no System V segment can be made (ipcs -l shows the limits)";
	}
}

/* The supervisor keeps what it needs in a table of its own (child_table.h). */
static void print_evidence(const struct findings *f)
{
	print_title("\nevidence");
	print_mechanism("programs of one user share what they looked up", f->evidence.table,
			no_table(f));
	print_mechanism("the supervisor shares it as well", -ENOSYS,
			"of programs without the library it judges arguments only");
	print_mechanism("a file's time counts for processes older than the run",
			f->evidence.file_times ? 0 : -EINVAL,
			"the clock was set since boot, so it never accuses them");
}

/* doctor.3 */
static void print_summary(const struct findings *f)
{
	int exact = 0, inexact = 0;

	for (int i = 0; i < FAMILIES; i++) {
		exact += f->families[i].here == EXACT;
		inexact += f->families[i].best < EXACT;
	}
	print_title("\nsummary");
	printf("  %d of %d kinds of calls are exact here. On any machine, %d cannot be.\n", exact,
	       FAMILIES, inexact);
	if (f->full)
		printf("  No kind of call is better guaranteed elsewhere.\n");
	for (int i = 0; i < FAMILIES; i++) {
		const struct family *c = &f->families[i];

		if (c->here < c->best)
			printf("  %s: %s here, %s with %s.\n", c->text, guarantees[c->here],
			       guarantees[c->best], c->change);
	}
}

static void print_text(const struct findings *f)
{
	printf("Linux %s, %s\n", f->kernel.release, f->kernel.machine);
	print_title("\nmechanisms");
	for (enum pe_probe p = 0; p < PE_PROBE_COUNT; p++)
		print_mechanism(pe_probe_text(p), f->tried[p], reason(p, f->tried[p]));
	print_mechanism("the library can be preloaded", f->preload, pe_loads_why(f->preload));
	print_mechanism("and into programs of musl", f->musl, pe_loads_why_musl(f->musl));
	print_title("\nguarantees under 'pidepoch run'");
	for (int i = 0; i < FAMILIES; i++)
		print_family(&f->families[i]);
	print_evidence(f);
	pe_vrange_print_text(&f->vrange);
	print_summary(f);
}

static void print_json_mechanism(struct pe_json_write *w, const char *name, int tried,
				 const char *why)
{
	pe_json_write_line(w);
	pe_json_write_open(w, NULL, '{');
	pe_json_write_text(w, "name", name);
	pe_json_write_bool(w, "works", tried == 0);
	if (tried) {
		pe_json_write_number(w, "errno", -tried);
		pe_json_write_text(w, "why", why);
	}
	pe_json_write_close(w, '}');
}

static void print_json_mechanisms(struct pe_json_write *w, const struct findings *f)
{
	pe_json_write_open(w, "mechanisms", '[');
	for (enum pe_probe p = 0; p < PE_PROBE_COUNT; p++)
		print_json_mechanism(w, pe_probe_name(p), f->tried[p], reason(p, f->tried[p]));
	print_json_mechanism(w, "preload", f->preload, pe_loads_why(f->preload));
	print_json_mechanism(w, "musl", f->musl, pe_loads_why_musl(f->musl));
	pe_json_write_close(w, ']');
}

static void print_json_family(struct pe_json_write *w, const struct family *c)
{
	pe_json_write_line(w);
	pe_json_write_open(w, NULL, '{');
	pe_json_write_text(w, "calls", c->name);
	pe_json_write_text(w, "here", guarantees[c->here]);
	pe_json_write_text(w, "best", guarantees[c->best]);
	if (*c->lacks)
		pe_json_write_text(w, "why", c->lacks);
	if (c->here < c->best)
		pe_json_write_text(w, "change", c->change);
	pe_json_write_close(w, '}');
}

static void print_json_evidence(struct pe_json_write *w, const struct findings *f)
{
	pe_json_write_open(w, "evidence", '{');
	pe_json_write_bool(w, "shared", f->evidence.table == 0);
	pe_json_write_bool(w, "shared_with_supervisor", false);
	pe_json_write_bool(w, "file_times", f->evidence.file_times);
	if (f->evidence.table)
		pe_json_write_text(w, "why", no_table(f));
	pe_json_write_close(w, '}');
}

static void print_json(const struct findings *f)
{
	struct pe_json_write w = { .out = stdout };

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_text(&w, "kernel", f->kernel.release);
	pe_json_write_text(&w, "machine", f->kernel.machine);
	print_json_mechanisms(&w, f);
	pe_json_write_open(&w, "guarantees", '[');
	for (int i = 0; i < FAMILIES; i++)
		print_json_family(&w, &f->families[i]);
	pe_json_write_close(&w, ']');
	print_json_evidence(&w, f);
	pe_vrange_print_json(&w, &f->vrange);
	pe_json_write_bool(&w, "full", f->full);
	pe_json_write_close(&w, '}');
	printf("\n");
}

static int report(bool json)
{
	static struct findings findings;

	signal(SIGCHLD, SIG_DFL); /* if it is ignored, there are no children to wait for */
	examine(&findings);
	if (json)
		print_json(&findings);
	else
		print_text(&findings);
	if (pe_message_flush("doctor"))
		return PE_EXIT_FAILED;
	return findings.full ? PE_EXIT_OK : PE_EXIT_FAILED;
}

int pe_doctor_main(int argc, char **argv)
{
	bool json = false;
	int option;

	while ((option = pe_options_next("doctor", argc, argv)) != PE_OPTION_END)
		switch (option) {
		case PE_OPTION_HELP:
			return pe_options_help("doctor");
		case PE_OPTION_JSON:
			json = true;
			break;
		case PE_OPTION_COLOUR:
			pe_colour_choose(optarg);
			break;
		default:
			return PE_EXIT_USAGE;
		}
	if (optind < argc)
		return pe_options_unexpected("doctor", argv[optind]);
	return report(json);
}
