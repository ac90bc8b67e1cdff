// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * doctor - "pidepoch doctor": what this kernel and this container allow, and what is guaranteed
 * here.
 *
 * doctor.1  A guarantee follows only from mechanisms that this command has just tried (probe.h).
 * doctor.2  The status is 0 if and only if every guarantee is as good here as it can be on any
 *           machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/paths.h"
#include "command/message.h"
#include "cli/supervise.h"
#include "cli/vrange.h"
#include "supervisor/probe.h"
#include "cli/commands.h"
#include "command/exit_status.h"

static const char help[] =
	"Usage: pidepoch doctor [--json]\n"
	"Try what this kernel and this container allow, and show what is guaranteed here.\n"
	"\n"
	"  exact        a call with a stale pid never reaches an unrelated process\n"
	"  detected     it is reported, and may reach an unrelated process\n"
	"  best effort  it may reach an unrelated process without being noticed\n"
	"  none         it is not checked\n"
	"\n"
	"  --json  output for programs\n"
	"  --help  display this help and exit\n"
	"\n"
	"Exit status: 0 all guarantees hold that can hold anywhere; 1 some do not; 2 usage error.\n";

enum guarantee { NONE, EFFORT, DETECTED, EXACT };

static const char *const guarantees[] = { "none", "best effort", "detected", "exact" };

/* one kind of call: its guarantee here, the best possible one, and what is missing for it */
struct family {
	const char *name, *text;
	enum guarantee here, best;
	const char *lacks;
};

enum { FAMILIES = 10 };

struct findings {
	struct utsname kernel;
	int tried[PE_PROBE_COUNT];
	int preload; /* 0 or -errno */
	struct family families[FAMILIES];
	struct pe_vrange vrange;
	bool full;
};

/* --- the library --- */

/* In a child: execute this command with the library preloaded; only the loader's messages are
 * kept. */
static void become_preloaded(const char *library, int out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	unsetenv("PIDEPOCH_FORCE_OLD"); /* it may have words that the library does not know */
	if (setenv("LD_PRELOAD", library, 1) == 0 && dup2(null, 1) == 1 && dup2(out, 2) == 2) {
		execl("/proc/self/exe", "pidepoch", "--version", (char *)NULL);
		execl((const char *)getauxval(AT_EXECFN), "pidepoch", "--version", (char *)NULL);
	}
	_exit(127);
}

/* If the loader cannot load a library, it prints a message and continues. */
static int try_preload(void)
{
	char library[PATH_MAX], complaint;
	int ends[2], status = -1;
	ssize_t n;
	pid_t pid;

	if (pe_paths_library(library, sizeof(library)) < 0)
		return -ENOENT;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become_preloaded(library, ends[1]);
	close(ends[1]);
	n = read(ends[0], &complaint, 1);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return n == 0 && status == 0 ? 0 : -ELIBACC;
}

/* --- guarantees --- */

static bool have(const struct findings *f, enum pe_probe what)
{
	return f->tried[what] == 0;
}

static struct family of_children(const struct findings *f, const char *name, const char *text)
{
	bool loaded = f->preload == 0;

	return (struct family){ name, text, loaded ? EXACT : NONE, EXACT,
				loaded ? "" : "the library cannot be preloaded" };
}

static struct family of_vanishing(const struct findings *f, const char *name, const char *text)
{
	struct family c = of_children(f, name, text);

	if (c.here == EXACT && !have(f, PE_PROBE_PIDFD)) {
		c.here = EFFORT;
		c.lacks = "pidfds that can be waited for are missing";
	}
	return c;
}

static struct family of_groups(const struct findings *f, const char *name, const char *text)
{
	struct family c = of_children(f, name, text);

	if (c.here == EXACT && !have(f, PE_PROBE_HANDLE)) {
		c.here = EFFORT;
		c.lacks = "once its leader is reaped, a group is known by its pid only";
	}
	return c;
}

/* programs without the library, under the supervisor */
static struct family of_watched(const struct findings *f, const char *name, const char *text,
				enum guarantee best)
{
	bool inside = pe_supervise_is_inside();
	bool can = inside || (have(f, PE_PROBE_NOTIFY) && have(f, PE_PROBE_KILLABLE) &&
			      have(f, PE_PROBE_CHILDREN));
	bool asked = !inside && !have(f, PE_PROBE_ADMIN);

	return (struct family){ name, text, can ? best : NONE, best,
				!can	? "there can be no supervisor"
				: asked ? "needs --supervisor=on"
					: "" };
}

/* The guarantee is the same without fork events: a continued signal is in a race with the wait of
 * another thread in any case. */
static struct family of_threads(const struct findings *f, const char *name, const char *text)
{
	struct family c = of_watched(f, name, text, EFFORT);

	if (c.here == EFFORT && !have(f, PE_PROBE_BIRTHS))
		c.lacks = have(f, PE_PROBE_ADMIN)
				  ? "forks are seen at waits only"
				  : "forks are seen at waits only; needs --supervisor=on";
	return c;
}

static void conclude(struct findings *f)
{
	const enum guarantee detected = f->preload == 0 ? DETECTED : NONE;

	f->families[0] = of_children(f, "signal_child", "signals to own children");
	f->families[1] = of_children(f, "call_child", "other calls on own children, pidfd_open");
	f->families[2] = of_vanishing(f, "signal_vanishing", "signals while SIGCHLD is ignored");
	f->families[3] = (struct family){ "call_vanishing", "other calls while SIGCHLD is ignored",
					  f->preload == 0 ? EFFORT : NONE, EFFORT, "" };
	f->families[4] = (struct family){ "inherited", "pids that the parent saw end", detected,
					  DETECTED, "" };
	f->families[5] = (struct family){ "stranger", "pids of processes that are not children",
					  EFFORT, EFFORT, "" };
	f->families[6] = of_watched(f, "raw_single", "static programs with one thread", EXACT);
	f->families[7] = of_threads(f, "raw_threads", "static programs with threads, Go");
	f->families[8] = of_groups(f, "signal_group", "signals to groups that own children led");
	f->families[9] = (struct family){ "evidence",
					  "pids from files, looks at /proc and arguments",
					  f->preload == 0 ? EFFORT : NONE, EFFORT, "" };
	f->full = true;
	for (int i = 0; i < FAMILIES; i++)
		f->full = f->full && f->families[i].here == f->families[i].best;
}

static void examine(struct findings *f)
{
	uname(&f->kernel);
	for (enum pe_probe p = 0; p < PE_PROBE_COUNT; p++)
		f->tried[p] = pe_probe_try(p);
	f->preload = try_preload();
	conclude(f);
}

/* --- the report --- */

static const char *reason(enum pe_probe p, int tried)
{
	if (pe_probe_is_off(p))
		return "disabled by PIDEPOCH_FORCE_OLD";
	if (tried == -EBUSY && pe_supervise_is_inside())
		return "this command is in a watched run";
	return tried == -ENOSYS ? "this kernel does not have it" : strerror(-tried);
}

static void print_mechanism(const char *text, int tried, const char *why)
{
	printf("  %-56s%s%s%s\n", text, tried == 0 ? "yes" : "no", tried ? ": " : "",
	       tried ? why : "");
}

static void print_text(const struct findings *f)
{
	printf("Linux %s, %s\n\nmechanisms\n", f->kernel.release, f->kernel.machine);
	for (enum pe_probe p = 0; p < PE_PROBE_COUNT; p++)
		print_mechanism(pe_probe_text(p), f->tried[p], reason(p, f->tried[p]));
	print_mechanism("the library can be preloaded", f->preload, strerror(-f->preload));
	printf("\nguarantees under 'pidepoch run'\n");
	for (int i = 0; i < FAMILIES; i++) {
		const struct family *c = &f->families[i];

		printf("  %-56s%s%s%s\n", c->text, guarantees[c->here], *c->lacks ? ": " : "",
		       c->lacks);
	}
	pe_vrange_print_text(&f->vrange);
	printf("\n%s\n", f->full ? "All guarantees hold here."
				 : "Some guarantees do not hold here that hold elsewhere.");
}

static void print_json_mechanism(const char *name, int tried, const char *why, bool last)
{
	printf("    {\"name\": \"%s\", \"works\": %s", name, tried == 0 ? "true" : "false");
	if (tried)
		printf(", \"errno\": %d, \"why\": \"%s\"", -tried, why);
	printf("}%s\n", last ? "" : ",");
}

/* No text here has a character that JSON must escape; the kernel's release and machine consist of
 * letters, digits and "-._+". */
static void print_json(const struct findings *f)
{
	printf("{\n  \"kernel\": \"%s\",\n  \"machine\": \"%s\",\n  \"mechanisms\": [\n",
	       f->kernel.release, f->kernel.machine);
	for (enum pe_probe p = 0; p < PE_PROBE_COUNT; p++)
		print_json_mechanism(pe_probe_name(p), f->tried[p], reason(p, f->tried[p]), false);
	print_json_mechanism("preload", f->preload, strerror(-f->preload), true);
	printf("  ],\n  \"guarantees\": [\n");
	for (int i = 0; i < FAMILIES; i++) {
		const struct family *c = &f->families[i];

		printf("    {\"calls\": \"%s\", \"here\": \"%s\", \"best\": \"%s\"}%s\n", c->name,
		       guarantees[c->here], guarantees[c->best], i + 1 < FAMILIES ? "," : "");
	}
	printf("  ],\n");
	pe_vrange_print_json(&f->vrange);
	printf("  \"full\": %s\n}\n", f->full ? "true" : "false");
}

static int report(bool json)
{
	static struct findings findings;

	signal(SIGCHLD, SIG_DFL); /* if it is ignored, there are no children to wait for */
	examine(&findings);
	pe_vrange_examine(&findings.vrange);
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
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' + PE_MESSAGE_LONG },
		{ "help", no_argument, NULL, 'h' + PE_MESSAGE_LONG },
		{ 0 },
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (option == 'h' + PE_MESSAGE_LONG)
			return pe_message_text("doctor", help);
		if (option != 'j' + PE_MESSAGE_LONG)
			return pe_message_bad_option("doctor", option, argv);
		json = true;
	}
	if (optind < argc)
		return pe_message_error(PE_EXIT_USAGE, "doctor",
					"unexpected argument '%s'; try 'pidepoch doctor --help'",
					argv[optind]);
	return report(json);
}
