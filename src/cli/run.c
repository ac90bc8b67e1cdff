// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * run - "pidepoch run": check everything, set the environment, execute the program.
 *
 * run.1  All options, the program and the library are checked before a file or a variable is
 *        changed. After that no error needs anything to be undone.
 * run.2  The program replaces this process: status, signals, terminal and job control are its own.
 *        (With --error-exitcode and --summary it is a child, because this process then counts
 *        what was reported: outcome.h. With --init it is one, too: init.h.)
 * run.3  A setting that is not given stays as it is in the environment, so that nested runs inherit
 *        it. --trust adds to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/init.h"
#include "cli/libraries.h"
#include "cli/outcome.h"
#include "cli/program.h"
#include "command/message.h"
#include "inspect/leftover.h"
#include "cli/supervise.h"
#include "supervisor/kernel/probe.h"
#include "cli/commands.h"
#include "command/options.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "run", __VA_ARGS__)

/* a file that the library appends to in the program */
struct file {
	const char *what, *variable;
	const char *given; /* on the command line, or NULL */
	char path[PATH_MAX];
};

/* an option with one of several words, and the environment variable of the same meaning */
struct setting {
	enum pe_option option;
	const char *variable;
	const char *given; /* on the command line; NULL leaves the variable unchanged */
	bool ours;	   /* not for the program */
};

enum { ON_STALE, EVIDENCE, WAITS, ERRNO, STACKS, VRANGE_COMPAT, SUPERVISOR, SETTINGS };

struct plan {
	struct setting setting[SETTINGS];
	int found_status; /* 0: findings do not count */
	bool summary, init;
	struct file log, events;
	const char *supervisor; /* auto, on or off */
	enum pe_program_fit fit;
	bool musl;    /* the libraries' build for musl is preloaded */
	bool watched; /* by the supervisor */
	char *trust;  /* NULL leaves the variable unchanged */
	char **command;
	char path[PATH_MAX]; /* where the command was found */
	bool vrange;
	struct pe_libraries libraries;
};

/* --- options --- */

static int add_trust(struct plan *p, const char *pattern)
{
	const char *old = p->trust ? p->trust : getenv("PIDEPOCH_TRUST");
	char *joined;

	if (!*pattern || strchr(pattern, ':'))
		return ERROR(
			PE_EXIT_USAGE,
			"invalid argument '%s' for '--trust': must not be empty or contain a colon",
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
	return *name ? 0 : ERROR(PE_EXIT_USAGE, "empty file name for '--%s'", f->what);
}

static int take_status(struct plan *p)
{
	uint64_t n = 0;
	int r = pe_options_number("run", PE_OPTION_ERROR_EXITCODE, 1, 255, &n);

	p->found_status = (int)n;
	return r;
}

static bool take_setting(struct plan *p, int option)
{
	for (int i = 0; i < SETTINGS; i++)
		if ((int)p->setting[i].option == option) {
			p->setting[i].given = optarg;
			return true;
		}
	return false;
}

static int take_option(struct plan *p, int option)
{
	p->vrange |= option == PE_OPTION_VRANGE || option == PE_OPTION_VRANGE_COMPAT;
	if (take_setting(p, option))
		return 0;
	switch (option) {
	case PE_OPTION_LOG:
		return take_file(&p->log, optarg);
	case PE_OPTION_EVENTS:
		return take_file(&p->events, optarg);
	case PE_OPTION_ERROR_EXITCODE:
		return take_status(p);
	case PE_OPTION_SUMMARY:
		p->summary = true;
		return 0;
	case PE_OPTION_INIT:
		p->init = true;
		return 0;
	case PE_OPTION_TRUST:
		return add_trust(p, optarg);
	case PE_OPTION_VRANGE:
		return 0;
	default:
		return PE_EXIT_USAGE;
	}
}

/* 0, an exit status, or -1: --help was given */
static int read_options(struct plan *p, int argc, char **argv)
{
	int option, r = 0;

	while (r == 0 && (option = pe_options_next("run", argc, argv)) != PE_OPTION_END)
		r = option == PE_OPTION_HELP ? -1 : take_option(p, option);
	p->command = argv + optind;
	if (r == 0 && optind == argc)
		r = ERROR(PE_EXIT_USAGE, "missing command; try 'pidepoch run --help'");
	return r;
}

/* A setting that the command line leaves out comes from the environment (run.3). */
static int check_settings(struct plan *p)
{
	int r = 0;

	for (struct setting *s = p->setting; r == 0 && s < p->setting + SETTINGS; s++)
		if (!s->given)
			r = pe_options_check_variable("run", s->option, s->variable);
	p->supervisor = p->setting[SUPERVISOR].given;
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
	p->fit = pe_libraries_judge(path, file, sizeof(file), &p->musl);
	if (p->fit == PE_PROGRAM_NO_INTERPRETER)
		return ERROR(PE_EXIT_NOT_FOUND, "%s: no such interpreter: %s", path, file);
	p->watched = pe_supervise_is_due(p->supervisor);
	if (p->watched && p->fit == PE_PROGRAM_MUSL)
		ERROR(0, "%s: %s; the supervisor alone protects it", file, pe_program_why(p->fit));
	return p->watched || p->fit == PE_PROGRAM_FITS
		       ? 0
		       : not_loadable(path, file, pe_program_why(p->fit),
				      strcmp(p->supervisor, "off") == 0);
}

/* --- the log and the events --- */

/* "journal" or "syslog": not a file, but a socket */
static const char *socket_of(const char *log)
{
	return strcmp(log, "journal") == 0  ? "/run/systemd/journal/socket"
	       : strcmp(log, "syslog") == 0 ? "/dev/log"
					    : NULL;
}

/* A program may change its current directory, so make the name absolute. */
static int name_file(struct file *f)
{
	const char *name = f->given ? f->given : getenv(f->variable);
	char here[PATH_MAX] = "";

	if (!name || !*name)
		return 0;
	if (strcmp(f->what, "log") == 0 && socket_of(name)) {
		strcpy(f->path, name);
		return 0;
	}
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
	const char *socket = socket_of(f->path);
	int fd;

	if (!*f->path)
		return 0;
	if (socket)
		return access(socket, W_OK) == 0
			       ? 0
			       : ERROR(PE_EXIT_UNABLE, "cannot write to the %s: %s: %s", f->path,
				       socket, strerror(errno));
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

static int put_settings(const struct plan *p)
{
	int r = 0;

	for (const struct setting *s = p->setting; r == 0 && s < p->setting + SETTINGS; s++)
		if (!s->ours)
			r = put(s->variable, s->given);
	return r;
}

static int set_environment(const struct plan *p)
{
	const char *old = getenv("LD_PRELOAD");
	/* the loader of another machine or C library would print an error, and AddressSanitizer
	 * would end the program */
	bool other = p->fit == PE_PROGRAM_FOREIGN || p->fit == PE_PROGRAM_LIBC ||
		     p->fit == PE_PROGRAM_MUSL || p->fit == PE_PROGRAM_SANITIZED;
	char *preload = pe_libraries_join(&p->libraries, !other, old ? old : "");

	if (!preload ||
	    (*preload ? setenv("LD_PRELOAD", preload, 1) : unsetenv("LD_PRELOAD")) < 0 ||
	    put_settings(p) < 0 || put("PIDEPOCH_LOG", p->log.path) < 0 ||
	    put("PIDEPOCH_EVENTS", p->events.path) < 0 || put("PIDEPOCH_TRUST", p->trust) < 0 ||
	    put("PIDEPOCH_HANDLES", tried_handles()) < 0 || put_clock() < 0)
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
 * is the exit status. The first process of a container is outside of what is counted. */
static int fork_if_asked(const struct plan *p, int *status)
{
	struct pe_outcome o = { .log = p->log.path,
				.events = p->events.path,
				.found = p->found_status };
	int r = p->init ? pe_init_fork(status) : 0;

	if (r == 0 && (p->found_status || p->summary))
		r = pe_outcome_fork(&o, p->summary, status);

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
		.setting = {
			[ON_STALE] = { PE_OPTION_ON_STALE, "PIDEPOCH_ON_STALE" },
			[EVIDENCE] = { PE_OPTION_EVIDENCE, "PIDEPOCH_EVIDENCE" },
			[WAITS] = { PE_OPTION_WAITS, "PIDEPOCH_WAITS" },
			[ERRNO] = { PE_OPTION_ERRNO, "PIDEPOCH_ERRNO" },
			[STACKS] = { PE_OPTION_STACKS, "PIDEPOCH_STACKS" },
			[VRANGE_COMPAT] = { PE_OPTION_VRANGE_COMPAT, "VRANGE_COMPAT" },
			[SUPERVISOR] = { PE_OPTION_SUPERVISOR, "PIDEPOCH_SUPERVISOR", .ours = true },
		},
		.log = { .what = "log", .variable = "PIDEPOCH_LOG" },
		.events = { .what = "events", .variable = "PIDEPOCH_EVENTS" },
	};
	int r = read_options(&plan, argc, argv), status;

	if (r < 0)
		return pe_options_help("run");
	if (r == 0)
		r = check_settings(&plan);
	if (r == 0)
		r = check_program(&plan);
	if (r == 0)
		r = pe_libraries_find(&plan.libraries, plan.musl, plan.vrange);
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
	if (r == 0)
		pe_leftover_remove();
	if (r == 0 && fork_if_asked(&plan, &status) != 0)
		return status;
	if (r == 0 && plan.watched)
		r = pe_supervise_start(plan.fit != PE_PROGRAM_FITS ||
					       strcmp(plan.supervisor, "on") == 0,
				       plan.libraries.vrange);
	return r ? r : become(&plan);
}
