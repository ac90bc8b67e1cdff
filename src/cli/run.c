// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * run - "pidepoch run": check everything, set the environment, execute the program.
 *
 * run.1  All options, the program and the library are checked before a file or a variable is
 *        changed. After that no error needs anything to be undone.
 * run.2  The program replaces this process: status, signals, terminal and job control are its own.
 *        (With --error-exitcode it is a child, because this process then counts the events:
 *        outcome.h.)
 * run.3  A setting that is not given stays as it is in the environment, so that nested runs inherit
 *        it. --trust adds to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/libraries.h"
#include "cli/outcome.h"
#include "cli/program.h"
#include "command/message.h"
#include "cli/supervise.h"
#include "supervisor/probe.h"
#include "cli/commands.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "run", __VA_ARGS__)

static const char help[] =
	"Usage: pidepoch run [OPTION]... [--] COMMAND [ARGUMENT]...\n"
	"Run COMMAND so that a stale pid in it does not hit an unrelated process.\n"
	"\n"
	"  --on-stale=off|warn-once|warn|refuse|abort  what to do about a stale pid: nothing; let the\n"
	"                          call through and log a notice, once or each time; make it fail and\n"
	"                          log (this is the default); log and abort. report is warn\n"
	"  --evidence=off|tell|act|all  what to do about a pid whose process is younger than the file,\n"
	"                          look, argument or message that it was learned from: nothing; log a\n"
	"                          notice; refuse acts, such as signals, and log probes (this is the\n"
	"                          default); refuse probes, such as signal 0, as well\n"
	"  --errno=ESRCH|EEPOCH    the error of a refused call (default ESRCH)\n"
	"  --log=FILE              append notices to FILE instead of standard error\n"
	"  --events=FILE           append events to FILE, for 'pidepoch report'\n"
	"  --stacks=on|off         record stacks in events (default: on with --on-stale=warn)\n"
	"  --error-exitcode=N      exit with status N, 1 to 255, if there were events of severity\n"
	"                          warning or worse; COMMAND then runs as a child\n"
	"  --trust=PATTERN         do not check programs whose name matches the shell pattern;\n"
	"                          may be given more than once\n"
	"  --supervisor=auto|on|off  watch calls that bypass the library (static programs, Go, raw\n"
	"                          system calls) by seccomp: with CAP_SYS_ADMIN (this is the default);\n"
	"                          also without it, though setuid programs then run without their\n"
	"                          privileges; never\n"
	"  --vrange                preload libvrange as well: volatile ranges (see vrange(7)) by system\n"
	"                          call number, and /dev/ashmem\n"
	"  --vrange-compat=v9|v13  --vrange, and the number of that version of the kernel patches\n"
	"  --help                  display this help and exit\n"
	"\n"
	"Exit status: COMMAND's own; 2 usage error, 125 pidepoch itself failed, 126 COMMAND cannot be\n"
	"executed, 127 COMMAND not found. See pidepoch(1).\n";

static const char *const policies[] = { "off",	  "warn-once", "warn", "report",
					"refuse", "abort",     NULL };
static const char *const evidences[] = { "off", "tell", "act", "all", NULL };
static const char *const modes[] = { "auto", "on", "off", NULL };
static const char *const errors[] = { "ESRCH", "EEPOCH", NULL };
static const char *const switches[] = { "on", "off", NULL };
static const char *const versions[] = { "v9", "v13", NULL };

/* a file that the library appends to in the program */
struct file {
	const char *what, *variable;
	const char *given; /* on the command line, or NULL */
	char path[PATH_MAX];
};

/* the settings; a member that is NULL leaves its environment variable unchanged */
struct plan {
	const char *policy;
	const char *evidence;
	const char *error;
	const char *stacks;
	int found_status; /* 0: findings do not count */
	struct file log, events;
	const char *supervisor; /* auto, on or off */
	enum pe_program_fit fit;
	bool watched; /* by the supervisor */
	char *trust;
	char **command;
	char path[PATH_MAX]; /* where the command was found */
	bool vrange;
	const char *vrange_compat;
	struct pe_libraries libraries;
};

static bool among(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* --- options --- */

static int add_trust(struct plan *p, const char *pattern)
{
	const char *old = p->trust ? p->trust : getenv("PIDEPOCH_TRUST");
	char *joined;

	if (!*pattern || strchr(pattern, ':'))
		return ERROR(PE_EXIT_USAGE, "--trust='%s': must not be empty or contain a colon",
			     pattern);
	if (!old)
		old = "";
	if (asprintf(&joined, "%s%s%s", old, *old ? ":" : "", pattern) < 0)
		return ERROR(PE_EXIT_UNABLE, "out of memory");
	free(p->trust);
	p->trust = joined;
	return 0;
}

static int take_file(struct file *f, const char *name)
{
	f->given = name;
	return *name ? 0 : ERROR(PE_EXIT_USAGE, "--%s needs a file name", f->what);
}

static int take_status(struct plan *p, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 1 || n > 255)
		return ERROR(PE_EXIT_USAGE, "--error-exitcode='%s': must be a number from 1 to 255",
			     text);
	p->found_status = (int)n;
	return 0;
}

static int take_option(struct plan *p, int option, char **argv)
{
	switch (option) {
	case 's' + PE_MESSAGE_LONG:
		p->policy = optarg;
		return 0;
	case 'i' + PE_MESSAGE_LONG:
		p->evidence = optarg;
		return 0;
	case 'e' + PE_MESSAGE_LONG:
		p->error = optarg;
		return 0;
	case 'l' + PE_MESSAGE_LONG:
		return take_file(&p->log, optarg);
	case 'v' + PE_MESSAGE_LONG:
		return take_file(&p->events, optarg);
	case 'p' + PE_MESSAGE_LONG:
		p->supervisor = optarg;
		return 0;
	case 'x' + PE_MESSAGE_LONG:
		return take_status(p, optarg);
	case 'k' + PE_MESSAGE_LONG:
		p->stacks = optarg;
		return 0;
	case 't' + PE_MESSAGE_LONG:
		return add_trust(p, optarg);
	case 'c' + PE_MESSAGE_LONG:
		p->vrange_compat = optarg;
		p->vrange = true;
		return 0;
	case 'r' + PE_MESSAGE_LONG:
		p->vrange = true;
		return 0;
	default:
		return pe_message_bad_option("run", option, argv);
	}
}

/* 0, an exit status, or -1: --help was given */
static int read_options(struct plan *p, int argc, char **argv)
{
	static const struct option options[] = {
		{ "on-stale", required_argument, NULL, 's' + PE_MESSAGE_LONG },
		{ "evidence", required_argument, NULL, 'i' + PE_MESSAGE_LONG },
		{ "errno", required_argument, NULL, 'e' + PE_MESSAGE_LONG },
		{ "log", required_argument, NULL, 'l' + PE_MESSAGE_LONG },
		{ "events", required_argument, NULL, 'v' + PE_MESSAGE_LONG },
		{ "stacks", required_argument, NULL, 'k' + PE_MESSAGE_LONG },
		{ "error-exitcode", required_argument, NULL, 'x' + PE_MESSAGE_LONG },
		{ "supervisor", required_argument, NULL, 'p' + PE_MESSAGE_LONG },
		{ "trust", required_argument, NULL, 't' + PE_MESSAGE_LONG },
		{ "vrange", no_argument, NULL, 'r' + PE_MESSAGE_LONG },
		{ "vrange-compat", required_argument, NULL, 'c' + PE_MESSAGE_LONG },
		{ "help", no_argument, NULL, 'h' + PE_MESSAGE_LONG },
		{ 0 },
	};
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "+:", options, NULL)) != -1)
		r = option == 'h' + PE_MESSAGE_LONG ? -1 : take_option(p, option, argv);
	p->command = argv + optind;
	if (r == 0 && optind == argc)
		r = ERROR(PE_EXIT_USAGE, "missing command; try 'pidepoch run --help'");
	return r;
}

/* @given: from the command line, or NULL; then the value in the environment is checked */
static int check_choice(const char *given, const char *option, const char *variable,
			const char *const *list, const char *words)
{
	const char *inherited = getenv(variable);

	if (given && !among(given, list))
		return ERROR(PE_EXIT_USAGE, "%s='%s': must be %s", option, given, words);
	if (!given && inherited && *inherited && !among(inherited, list))
		return ERROR(PE_EXIT_USAGE, "%s='%s' in the environment: must be %s", variable,
			     inherited, words);
	return 0;
}

static int check_choices(struct plan *p)
{
	int r = check_choice(p->policy, "--on-stale", "PIDEPOCH_ON_STALE", policies,
			     "off, warn-once, warn, report, refuse or abort");

	if (r == 0)
		r = check_choice(p->evidence, "--evidence", "PIDEPOCH_EVIDENCE", evidences,
				 "off, tell, act or all");
	if (r == 0)
		r = check_choice(p->error, "--errno", "PIDEPOCH_ERRNO", errors, "ESRCH or EEPOCH");
	if (r == 0)
		r = check_choice(p->stacks, "--stacks", "PIDEPOCH_STACKS", switches, "on or off");
	if (r == 0)
		r = check_choice(p->supervisor, "--supervisor", "PIDEPOCH_SUPERVISOR", modes,
				 "auto, on or off");
	if (r == 0)
		r = check_choice(p->vrange_compat, "--vrange-compat", "VRANGE_COMPAT", versions,
				 "v9 or v13");
	if (!p->supervisor)
		p->supervisor = getenv("PIDEPOCH_SUPERVISOR");
	if (!p->supervisor || !*p->supervisor)
		p->supervisor = "auto";
	return r;
}

/* --- the program --- */

/* @file: the file that the kernel would load for @command: the same one or its interpreter */
static int not_loadable(const char *command, const char *file, const char *because, bool off)
{
	bool self = strcmp(command, file) == 0;

	return ERROR(PE_EXIT_UNABLE, "%s%s%s: %s; it needs the supervisor, which %s", command,
		     self ? "" : ": runs ", self ? "" : file, because,
		     off ? "is off" : "needs CAP_SYS_ADMIN or --supervisor=on");
}

static int check_program(struct plan *p)
{
	char file[PATH_MAX], *path = p->path;
	const char *name = p->command[0];

	switch (pe_program_find(name, path, sizeof(p->path))) {
	case 0:
		break;
	case -EACCES:
		return ERROR(PE_EXIT_NOT_RUN, "%s: found, but it may not be executed", name);
	default:
		return ERROR(PE_EXIT_NOT_FOUND, "%s: command not found", name);
	}
	p->fit = pe_program_judge(path, file, sizeof(file));
	if (p->fit == PE_PROGRAM_NO_INTERPRETER)
		return ERROR(PE_EXIT_NOT_FOUND, "%s: no such interpreter: %s", path, file);
	p->watched = pe_supervise_is_due(p->supervisor);
	return p->watched || p->fit == PE_PROGRAM_FITS
		       ? 0
		       : not_loadable(path, file, pe_program_why(p->fit),
				      strcmp(p->supervisor, "off") == 0);
}

/* --- the log and the events --- */

/* A program may change its current directory, so make the name absolute. */
static int name_file(struct file *f)
{
	const char *name = f->given ? f->given : getenv(f->variable);
	char here[PATH_MAX] = "";

	if (!name || !*name)
		return 0;
	if (*name != '/' && !getcwd(here, sizeof(here)))
		return ERROR(PE_EXIT_UNABLE, "%s %s: cannot get the current directory: %s", f->what,
			     name, strerror(errno));
	if (snprintf(f->path, PATH_MAX, "%s%s%s", here, *here ? "/" : "", name) >= PATH_MAX)
		return ERROR(PE_EXIT_UNABLE, "%s %s: %s", f->what, name, strerror(ENAMETOOLONG));
	return 0;
}

/* With the flags with which the library opens it (core/record/append.h). */
static int try_file(const struct file *f)
{
	int fd;

	if (!*f->path)
		return 0;
	fd = open(f->path,
		  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK,
		  0600);
	if (fd < 0 && errno == ELOOP)
		return ERROR(
			PE_EXIT_UNABLE,
			"cannot write to the %s %s: it is a symbolic link; name the file itself",
			f->what, f->path);
	if (fd < 0)
		return ERROR(PE_EXIT_UNABLE, "cannot write to the %s %s: %s", f->what, f->path,
			     strerror(errno));
	close(fd);
	return 0;
}

/* --- the environment --- */

static int put(const char *variable, const char *value)
{
	return value && *value ? setenv(variable, value, 1) : 0;
}

/* The library cannot try this itself, since it must not create children in a program. */
static const char *tried_handles(void)
{
	return !getenv("PIDEPOCH_HANDLES") && pe_probe_try(PE_PROBE_HANDLE) == 0 ? "work" : NULL;
}

/* The clocks at the start of the run, to judge file times later (core/evidence/moment.h). A nested
 * run keeps the outer run's. */
static int put_clock(void)
{
	struct timespec real, boot;
	char text[64];

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	snprintf(text, sizeof(text), "%lld:%lld",
		 (long long)real.tv_sec * 1000 + real.tv_nsec / 1000000,
		 (long long)boot.tv_sec * 1000 + boot.tv_nsec / 1000000);
	return setenv("PIDEPOCH_CLOCK", text, 0);
}

static int set_environment(const struct plan *p)
{
	const char *old = getenv("LD_PRELOAD");
	/* the loader of another machine or C library would print an error, and AddressSanitizer
	 * would end the program */
	bool other = p->fit == PE_PROGRAM_FOREIGN || p->fit == PE_PROGRAM_LIBC ||
		     p->fit == PE_PROGRAM_SANITIZED;
	char *preload = pe_libraries_join(&p->libraries, !other, old ? old : "");

	if (!preload ||
	    (*preload ? setenv("LD_PRELOAD", preload, 1) : unsetenv("LD_PRELOAD")) < 0 ||
	    put("PIDEPOCH_ON_STALE", p->policy) < 0 || put("PIDEPOCH_ERRNO", p->error) < 0 ||
	    put("PIDEPOCH_LOG", p->log.path) < 0 || put("PIDEPOCH_EVENTS", p->events.path) < 0 ||
	    put("PIDEPOCH_EVIDENCE", p->evidence) < 0 || put_clock() < 0 ||
	    put("PIDEPOCH_STACKS", p->stacks) < 0 || put("PIDEPOCH_TRUST", p->trust) < 0 ||
	    put("PIDEPOCH_HANDLES", tried_handles()) < 0 ||
	    put("VRANGE_COMPAT", p->vrange_compat) < 0)
		return ERROR(PE_EXIT_UNABLE, "out of memory");
	return 0;
}

/* outcome.2: without --events there are no events to count */
static int check_outcome(const struct plan *p)
{
	if (p->found_status && !*p->events.path)
		return ERROR(PE_EXIT_USAGE, "--error-exitcode needs --events");
	return 0;
}

/* 0: the caller executes the command. Else the command has run or could not be started, and @status
 * is the exit status. */
static int fork_if_counted(const struct plan *p, int *status)
{
	int r = p->found_status ? pe_outcome_fork(p->events.path, p->found_status, status) : 0;

	if (r < 0)
		*status = PE_EXIT_UNABLE;
	return r;
}

/* First with the path that was found, because the supervisor is notified of each attempt.
 * execvp() then passes a file that the kernel does not accept to a shell. */
static int become(const struct plan *p)
{
	char **command = p->command;

	execv(p->path, command);
	execvp(command[0], command);
	return ERROR(errno == ENOENT ? PE_EXIT_NOT_FOUND : PE_EXIT_NOT_RUN, "%s: %s", command[0],
		     strerror(errno));
}

int pe_run_main(int argc, char **argv)
{
	static struct plan plan = {
		.log = { .what = "log", .variable = "PIDEPOCH_LOG" },
		.events = { .what = "events", .variable = "PIDEPOCH_EVENTS" },
	};
	int r = read_options(&plan, argc, argv), status;

	if (r < 0)
		return pe_message_text("run", help);
	if (r == 0)
		r = check_choices(&plan);
	if (r == 0)
		r = check_program(&plan);
	if (r == 0)
		r = pe_libraries_find(&plan.libraries, plan.vrange);
	if (r == 0)
		r = name_file(&plan.log);
	if (r == 0)
		r = name_file(&plan.events);
	if (r == 0)
		r = check_outcome(&plan);
	if (r == 0)
		r = try_file(&plan.log);
	if (r == 0)
		r = try_file(&plan.events);
	if (r == 0)
		r = set_environment(&plan);
	if (r == 0 && fork_if_counted(&plan, &status) != 0)
		return status;
	if (r == 0 && plan.watched)
		r = pe_supervise_start(plan.fit != PE_PROGRAM_FITS ||
				       strcmp(plan.supervisor, "on") == 0);
	return r ? r : become(&plan);
}
