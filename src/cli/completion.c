// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * completion - "pidepoch completion SHELL": the words of the command line, for the shell's
 * completion. All come from the table of options (command/options.h).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "command/exit_status.h"
#include "command/message.h"
#include "command/options.h"

typedef const struct pe_options_command command;
typedef const struct pe_options_option option;

static int is(const char *word, const char *what)
{
	return word && strcmp(word, what) == 0;
}

/* "on|off" as "on off" */
static void print_words(const char *words)
{
	for (; *words; words++)
		putchar(*words == '|' || *words == ',' ? ' ' : *words);
}

static int has_words(option *o)
{
	return o->value && strpbrk(o->value, "|,");
}

static void print_names(const char *separator)
{
	for (command *c = pe_options_commands; c->name; c++)
		printf("%s%s", c == pe_options_commands ? "" : separator, c->name);
}

/* --- bash --- */

static void print_bash_option(command *c, option *o)
{
	if (!o->value)
		return;
	printf("\t%s:--%s) ", c->name, o->name);
	if (has_words(o)) {
		printf("COMPREPLY=($(compgen -W '");
		print_words(o->value);
		printf("' -- \"$cur\"))");
	} else {
		printf("%s", is(o->value, "FILE")  ? "_pidepoch_files"
			     : is(o->value, "DIR") ? "COMPREPLY=($(compgen -d -- \"$cur\"))"
						   : ":");
	}
	printf(" ;;\n");
}

static void print_bash_command(command *c)
{
	printf("\t%s:-*) COMPREPLY=($(compgen -W '", c->name);
	for (option *o = c->options; o->id; o++)
		printf("--%s%s ", o->name, o->value ? "=" : "");
	printf("' -- \"$cur\")) ;;\n\t%s:*) ", c->name);
	if (is(c->operand, "COMMAND"))
		printf("COMPREPLY=($(compgen -c -- \"$cur\")) ;;\n");
	else if (is(c->operand, "FILE"))
		printf("_pidepoch_files ;;\n");
	else if (is(c->operand, "PID"))
		printf("COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$cur\")) "
		       ";;\n");
	else if (is(c->operand, "SHELL"))
		printf("COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$cur\")) ;;\n");
	else if (is(c->operand, "TOPIC"))
		printf("COMPREPLY=($(compgen -W \"$names\" -- \"$cur\")) ;;\n");
	else
		printf(": ;;\n");
}

/* bash makes words of "--log=FILE" at its '='. Behind the operand that is a command, the command's
 * own completion follows, where bash-completion is there. */
static void print_bash(void)
{
	printf("# bash completion for pidepoch; made by 'pidepoch completion bash'\n"
	       "_pidepoch_files()\n{\n"
	       "\tcompopt -o filenames 2>/dev/null\n"
	       "\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n}\n\n"
	       "_pidepoch()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} option= i names='");
	print_names(" ");
	printf("'\n\tCOMPREPLY=()\n"
	       "\tif ((COMP_CWORD == 1)); then\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$names --help --version\" -- \"$cur\"))\n"
	       "\t\treturn\n\tfi\n"
	       "\tif [[ $cur == = ]]; then\n"
	       "\t\toption=${COMP_WORDS[COMP_CWORD - 1]} cur=\n"
	       "\telif [[ ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then\n"
	       "\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
	       "\tcase $verb in\n\t");
	for (command *c = pe_options_commands, *first = NULL; c->name; c++)
		if (is(c->operand, "COMMAND")) {
			printf("%s%s", first ? "|" : "", c->name);
			first = c;
		}
	printf(")\n\t\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	       "\t\t\tcase ${COMP_WORDS[i]} in\n"
	       "\t\t\t--) ((i++)) ;&\n"
	       "\t\t\t[!-=]*)\n"
	       "\t\t\t\t[[ ${COMP_WORDS[i - 1]} != = ]] || continue\n"
	       "\t\t\t\t((i < COMP_CWORD)) && declare -F _command_offset >/dev/null &&\n"
	       "\t\t\t\t\t_command_offset $i && return\n"
	       "\t\t\t\tbreak ;;\n"
	       "\t\t\tesac\n\t\tdone ;;\n\tesac\n"
	       "\tif [[ $option ]]; then\n\tcase $verb:$option in\n");
	for (command *c = pe_options_commands; c->name; c++)
		for (option *o = c->options; o->id; o++)
			print_bash_option(c, o);
	printf("\tesac\n\treturn\n\tfi\n\tcase $verb:$cur in\n");
	for (command *c = pe_options_commands; c->name; c++)
		print_bash_command(c);
	printf("\tesac\n"
	       "\t[[ ${COMPREPLY[0]-} != --*= ]] || compopt -o nospace 2>/dev/null\n"
	       "}\ncomplete -F _pidepoch pidepoch\n");
}

/* --- zsh and fish --- */

/* Of a help text, the first clause, without what the shell's own syntax uses. */
static void print_clause(const char *text)
{
	for (; *text && *text != ';' && *text != ':'; text++)
		if (!strchr("'[]\\", *text))
			putchar(*text);
}

static void print_zsh_option(option *o)
{
	printf("\t\t\t'--%s%s[", o->name, o->value ? "=" : "");
	print_clause(o->help);
	printf("]");
	if (has_words(o)) {
		printf(":%s:(", o->name);
		print_words(o->value);
		printf(")");
	} else if (o->value) {
		printf(":%s:%s", o->value,
		       is(o->value, "FILE")  ? "_files"
		       : is(o->value, "DIR") ? "_files -/"
					     : "");
	}
	printf("' \\\n");
}

static void print_zsh(void)
{
	printf("#compdef pidepoch\n# made by 'pidepoch completion zsh'\n"
	       "_pidepoch()\n{\n\tlocal -a names=(\n");
	for (command *c = pe_options_commands; c->name; c++) {
		printf("\t\t'%s:", c->name);
		print_clause(c->summary);
		printf("'\n");
	}
	printf("\t)\n\tif ((CURRENT == 2)); then\n"
	       "\t\t_describe command names\n\t\treturn\n\tfi\n"
	       "\tshift words\n\t((CURRENT--))\n\tcase $words[1] in\n");
	for (command *c = pe_options_commands; c->name; c++) {
		printf("\t%s)\n\t\t_arguments \\\n", c->name);
		for (option *o = c->options; o->id; o++)
			print_zsh_option(o);
		printf("\t\t\t%s ;;\n", is(c->operand, "COMMAND") ? "'(-)1:command: _command_names "
								    "-e' '*::arguments: _normal'"
					: is(c->operand, "FILE")  ? "'*:file:_files'"
					: is(c->operand, "PID")	  ? "'1:pid:_pids'"
					: is(c->operand, "SHELL") ? "'1:shell:(bash zsh fish)'"
					: is(c->operand, "TOPIC")
						? "'1:command:{_describe command names}'"
						: "");
	}
	printf("\tesac\n}\n_pidepoch \"$@\"\n");
}

static void print_fish_option(command *c, option *o)
{
	printf("complete -c pidepoch -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	printf(" -d '");
	print_clause(o->help);
	printf("'");
	if (has_words(o)) {
		printf(" -x -a '");
		print_words(o->value);
		printf("'");
	} else if (o->value) {
		printf(" -r%s", is(o->value, "FILE")  ? " -F"
				: is(o->value, "DIR") ? " -x -a '(__fish_complete_directories)'"
						      : " -f");
	}
	printf("\n");
}

static void print_fish(void)
{
	printf("# fish completion for pidepoch; made by 'pidepoch completion fish'\n"
	       "complete -c pidepoch -f\n");
	for (command *c = pe_options_commands; c->name; c++) {
		printf("complete -c pidepoch -n __fish_use_subcommand -a %s -d '", c->name);
		print_clause(c->summary);
		printf("'\n");
		for (option *o = c->options; o->id; o++)
			print_fish_option(c, o);
		if (!c->operand)
			continue;
		printf("complete -c pidepoch -n '__fish_seen_subcommand_from %s' ", c->name);
		printf("%s", is(c->operand, "COMMAND") ? "-a '(__fish_complete_subcommand "
							 "--fcs-skip=2)'"
			     : is(c->operand, "FILE")  ? "-F"
			     : is(c->operand, "PID")   ? "-a '(__fish_complete_pids)'"
			     : is(c->operand, "SHELL") ? "-a 'bash zsh fish'"
						       : "-a '");
		if (is(c->operand, "TOPIC")) {
			print_names(" ");
			printf("'");
		}
		printf("\n");
	}
}

static const struct {
	const char *name;
	void (*print)(void);
} shells[] = {
	{ "bash", print_bash },
	{ "zsh", print_zsh },
	{ "fish", print_fish },
};

int pe_completion_main(int argc, char **argv)
{
	switch (pe_options_next("completion", argc, argv)) {
	case PE_OPTION_END:
		break;
	case PE_OPTION_HELP:
		return pe_options_help("completion");
	default:
		return PE_EXIT_USAGE;
	}
	if (optind == argc)
		return pe_message_error(PE_EXIT_USAGE, "completion",
					"missing shell; try 'pidepoch completion --help'");
	if (optind + 1 < argc)
		return pe_options_unexpected("completion", argv[optind + 1]);
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (is(argv[optind], shells[i].name)) {
			shells[i].print();
			return pe_message_flush("completion");
		}
	return pe_message_error(PE_EXIT_USAGE, "completion",
				"unknown shell '%s': must be bash, zsh or fish", argv[optind]);
}
