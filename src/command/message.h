/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message - messages of the commands to the user.
 *
 * An error is one line on standard error, even if a name in it contains control characters. The
 * prefix contains the command's name ("pidepoch run: "), so that the line differs from a notice of
 * the engine ("pidepoch: ").
 */
#ifndef PE_COMMAND_MESSAGE_H
#define PE_COMMAND_MESSAGE_H

#include <getopt.h>

/* Print one line and return @status, so that a caller can write: return pe_message_error(2, "run",
 * ...) */
int pe_message_error(int status, const char *verb, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* the smallest .val of a long option: greater than every letter, so that the two differ */
#define PE_MESSAGE_LONG 256

/* The error line for a '?' or ':' of getopt_long(), whose own messages are disabled (the option
 * string begins with ':'). */
int pe_message_bad_option(const char *verb, int answer, char **argv);

/* Flush standard output. 0, or 1: after an error line, or without one if its reader has gone. */
int pe_message_flush(const char *verb);

#endif
