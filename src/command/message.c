// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command/message.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/exit_status.h"

/* A name may contain a newline or an escape sequence for the terminal, which a one-line message
 * must not have. */
static void mask_controls(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

int pe_message_error(int status, const char *verb, const char *format, ...)
{
	char line[9000]; /* enough for two paths of PATH_MAX */
	va_list args;
	int n = snprintf(line, sizeof(line), "pidepoch%s%s: ", *verb ? " " : "", verb);

	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, args);
	va_end(args);
	mask_controls(line);
	strcat(line, "\n");
	fflush(stdout);
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return status; /* no other way to report it */
	return status;
}

int pe_message_bad_option(const char *verb, int answer, char **argv)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];
	const char *what = "unrecognized option", *wrong = "";

	if (answer == ':' || optopt >= PE_MESSAGE_LONG)
		what = "option";
	if (answer == ':')
		wrong = " requires an argument";
	else if (optopt >= PE_MESSAGE_LONG)
		wrong = " takes no argument";
	else if (optopt) /* in "-xy" getopt_long() may not have advanced optind yet */
		word = letter;
	return pe_message_error(PE_EXIT_USAGE, verb, "%s '%s'%s; try 'pidepoch%s%s --help'", what,
				word, wrong, *verb ? " " : "", verb);
}

int pe_message_flush(const char *verb)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return PE_EXIT_OK;
	if (errno == EPIPE) /* the reader has seen enough */
		return PE_EXIT_FAILED;
	return pe_message_error(PE_EXIT_FAILED, verb, "cannot write to standard output: %s",
				strerror(errno));
}
