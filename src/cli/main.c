// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * main - the options before the command name, and which function a command is.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/program.h"
#include "command/exit_status.h"
#include "command/message.h"
#include "command/options.h"

#define ERROR(...) pe_message_error(PE_EXIT_USAGE, "", __VA_ARGS__)

static int help_main(int argc, char **argv);
static int version_main(int argc, char **argv);

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} commands[] = {
	{ "run", pe_run_main },	      { "report", pe_report_main },
	{ "demo", pe_demo_main },     { "fuzz", pe_fuzz_main },
	{ "status", pe_status_main }, { "top", pe_top_main },
	{ "watch", pe_watch_main },   { "doctor", pe_doctor_main },
	{ "help", help_main },	      { "completion", pe_completion_main },
	{ "version", version_main },
};

static int version(void)
{
	printf("pidepoch %s\n", PACKAGE_VERSION);
	return pe_message_flush("");
}

/* @word is not a command: the command that may have been meant. */
static int unknown(const char *word)
{
	char names[256], path[PATH_MAX];
	const char *near;
	size_t n = 0;

	for (const struct pe_options_command *c = pe_options_commands; c->name; c++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s|", c->name);
	near = pe_options_near(word, names, '|', &n);
	if (near && n)
		return ERROR("unknown command '%s'; did you mean '%.*s'? try 'pidepoch --help'",
			     word, (int)n, near);
	if (pe_program_find(word, path, sizeof(path)) == 0)
		return ERROR("unknown command '%s'; to run it, 'pidepoch run %s'; try 'pidepoch "
			     "--help'",
			     word, word);
	return ERROR("unknown command '%s'; try 'pidepoch --help'", word);
}

static int to_command(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[0], commands[i].name) == 0) {
			optind = 0; /* getopt_long() starts on a new list */
			return commands[i].main(argc, argv);
		}
	return unknown(argv[0]);
}

/* The options of a command without any but --help. 0: go on; 1: @status is the exit status */
static int read_options(const char *name, int argc, char **argv, int *status)
{
	int option = pe_options_next(name, argc, argv);

	if (option == PE_OPTION_END)
		return 0;
	*status = option == PE_OPTION_HELP ? pe_options_help(name) : PE_EXIT_USAGE;
	return 1;
}

static int help_main(int argc, char **argv)
{
	const char *name = "";
	int status;

	if (read_options("help", argc, argv, &status))
		return status;
	if (optind < argc)
		name = argv[optind++];
	if (optind < argc)
		return pe_options_unexpected("help", argv[optind]);
	return *name && !pe_options_find(name) ? unknown(name) : pe_options_help(name);
}

static int version_main(int argc, char **argv)
{
	int status;

	if (read_options("version", argc, argv, &status))
		return status;
	return optind < argc ? pe_options_unexpected("version", argv[optind]) : version();
}

int main(int argc, char **argv)
{
	switch (pe_options_next("", argc, argv)) {
	case PE_OPTION_HELP:
		return pe_options_help("");
	case PE_OPTION_VERSION:
		return version();
	case PE_OPTION_WRONG:
		return PE_EXIT_USAGE;
	}
	if (optind == argc)
		return ERROR("missing command; try 'pidepoch --help'");
	return to_command(argc - optind, argv + optind);
}
