/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message - what the command tells its user.
 *
 * An error is one line on standard error, whatever bytes a name in it has. A verb puts its name
 * into the prefix ("pidepoch run: "), so that it is never taken for a notice of the engine
 * ("pidepoch: ").
 */
#ifndef PE_COMMAND_MESSAGE_H
#define PE_COMMAND_MESSAGE_H

#include <getopt.h>

/* say one line and hand back @status, so that a caller can write: return pe_message_error(2, "run",
 * ...) */
int pe_message_error(int status, const char *verb, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* the least .val of a long option, so that an answer about one can be told from one about a
 * letter */
#define PE_MESSAGE_LONG 256

/* the line for a '?' or ':' of getopt_long(), whose own words are off (options begin with ':') */
int pe_message_bad_option(const char *verb, int answer, char **argv);

/* print @text on standard output; 0, or 1 when it could not be written */
int pe_message_text(const char *verb, const char *text);

/* flush standard output; 0, or 1 and a line when what was printed could not be written */
int pe_message_flush(const char *verb);

#endif
