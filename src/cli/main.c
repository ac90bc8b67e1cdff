// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * main - the options before the command name, and the table of commands.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command/message.h"
#include "cli/commands.h"
#include "command/exit_status.h"

static const struct verb {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "run", pe_run_main, "run a command, protected from its own stale pids" },
	{ "report", pe_report_main, "show what run --events=FILE has written" },
	{ "demo", pe_demo_main, "show four unmodified programs, natively and under pidepoch" },
	{ "fuzz", pe_fuzz_main, "reuse a command's pids at once, and report what it hits" },
	{ "status", pe_status_main, "show what the library keeps for a running program" },
	{ "doctor", pe_doctor_main,
	  "show what this machine supports, and what is guaranteed here" },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int help(void)
{
	printf("Usage: pidepoch COMMAND [OPTION]...\n\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-10s %s\n", verbs[i].name, verbs[i].help);
	printf("\n  --help     display this help; 'pidepoch COMMAND --help' has a command's options\n"
	       "  --version  display the version\n\nSee pidepoch(1).\n");
	return pe_message_flush("");
}

static int version(void)
{
	printf("pidepoch %s\n", PACKAGE_VERSION);
	return pe_message_flush("");
}

static int to_verb(int argc, char **argv)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(argv[0], verbs[i].name) == 0) {
			optind = 0; /* getopt_long() starts on a new list */
			return verbs[i].main(argc, argv);
		}
	return pe_message_error(PE_EXIT_USAGE, "", "unknown command '%s'; try 'pidepoch --help'",
				argv[0]);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' + PE_MESSAGE_LONG },
		{ "version", no_argument, NULL, 'v' + PE_MESSAGE_LONG },
		{ 0 },
	};
	int option = getopt_long(argc, argv, "+:", options, NULL);

	if (option == 'h' + PE_MESSAGE_LONG)
		return help();
	if (option == 'v' + PE_MESSAGE_LONG)
		return version();
	if (option != -1)
		return pe_message_bad_option("", option, argv);
	if (optind == argc)
		return pe_message_error(PE_EXIT_USAGE, "",
					"missing command; try 'pidepoch --help'");
	return to_verb(argc - optind, argv + optind);
}
