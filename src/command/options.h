/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options - the table of commands and options, and what is made from it.
 *
 * options.1  The table (options_table.c) is the only list of commands and options. --help, the
 *            parser, the suggestions for mistyped words and the completions for shells follow from
 *            it, and tests/cli/options.sh compares pidepoch(1) with it.
 * options.2  A value that is a list of words with '|' between them is checked by the parser: one of
 *            the words. With ',' between them it may be several; the command checks it.
 */
#ifndef PE_COMMAND_OPTIONS_H
#define PE_COMMAND_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum pe_option {
	PE_OPTION_END = -1,   /* no more options; optind is the index of the first operand */
	PE_OPTION_WRONG = -2, /* an error line was printed; the exit status is PE_EXIT_USAGE */
	PE_OPTION_HELP = 1,
	PE_OPTION_VERSION,
	PE_OPTION_COLOUR,
	PE_OPTION_JSON,
	PE_OPTION_ON_STALE,
	PE_OPTION_EVIDENCE,
	PE_OPTION_WAITS,
	PE_OPTION_ERRNO,
	PE_OPTION_LOG,
	PE_OPTION_EVENTS,
	PE_OPTION_STACKS,
	PE_OPTION_ERROR_EXITCODE,
	PE_OPTION_SUMMARY,
	PE_OPTION_INIT,
	PE_OPTION_TRUST,
	PE_OPTION_SUPERVISOR,
	PE_OPTION_VRANGE,
	PE_OPTION_VRANGE_COMPAT,
	PE_OPTION_ONCE,
	PE_OPTION_KIND,
	PE_OPTION_DELAY,
	PE_OPTION_FORMAT,
	PE_OPTION_DEBUG_DIR,
	PE_OPTION_SUPPRESSIONS,
	PE_OPTION_GEN_SUPPRESSIONS,
	PE_OPTION_AT_LEAST,
	PE_OPTION_POLICY,
	PE_OPTION_CANARY,
	PE_OPTION_COMPARE,
	PE_OPTION_FILES,
	PE_OPTION_SEED,
	PE_OPTION_RUNS,
	PE_OPTION_BUDGET,
	PE_OPTION_TIMEOUT,
	PE_OPTION_SAVE,
	PE_OPTION_REPLAY,
	PE_OPTION_CORPUS,
	PE_OPTION_SARIF,
	PE_OPTION_JUNIT,
};

/* what an operand or a value is, for the completions: COMMAND, FILE and DIR by their names */
struct pe_options_option {
	enum pe_option id; /* 0 ends a list */
	const char *name;  /* without "--" */
	char letter;	   /* of the short form, or 0 */
	const char *value; /* "FILE", "on|off" or "kill,trace"; NULL: it takes none */
	const char *help;
};

struct pe_options_command {
	const char *name;    /* "" for pidepoch itself */
	const char *summary; /* in the list of commands */
	const char *usage;   /* what follows the name, a line for each form */
	const char *operand; /* COMMAND, FILE, PID, SHELL, TOPIC or NULL */
	const char *about;
	const struct pe_options_option *options;
	const char *end; /* the exit statuses */
};

/* the commands, without pidepoch itself; an entry without a name ends the list */
extern const struct pe_options_command pe_options_commands[];
extern const struct pe_options_command pe_options_main;

/* NULL: there is none of that name. "" is pe_options_main. */
const struct pe_options_command *pe_options_find(const char *name);

/* The next option of the command @name; its value is optarg. Operands end the options, except for a
 * command whose operands are files. */
int pe_options_next(const char *name, int argc, char **argv);

/* The value of @option, from @least to @most. 0, or the exit status after an error line. */
int pe_options_number(const char *name, enum pe_option option, uint64_t least, uint64_t most,
		      uint64_t *out);

/* Check the value that @variable, the environment's form of @option, has. 0 or as above. */
int pe_options_check_variable(const char *name, enum pe_option option, const char *variable);

/* Print the help of the command @name on standard output. 0, or 1 after an error line. */
int pe_options_help(const char *name);

/* An error line about the first operand that is too many; the exit status. */
int pe_options_unexpected(const char *name, const char *operand);

/* The word among @words (each with @separator behind it, but the last) or NULL, if @word looks like
 * it mistyped; @length gets its length. */
const char *pe_options_near(const char *word, const char *words, char separator, size_t *length);

#endif
