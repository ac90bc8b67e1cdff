// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "command/number.h"

#define MOST_OPTIONS 32
#define COLUMNS	     79
#define HELP_COLUMN  24

const struct pe_options_command *pe_options_find(const char *name)
{
	if (!*name)
		return &pe_options_main;
	for (const struct pe_options_command *c = pe_options_commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* --- suggestions --- */

#define LONGEST 31

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Distance of Levenshtein, with two letters in the wrong order as one mistake. */
static unsigned int mistakes(const char *a, size_t m, const char *b, size_t n)
{
	unsigned int d[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= m; i++)
		for (size_t j = 0; j <= n; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = (unsigned int)(i + j);
				continue;
			}
			d[i][j] = least(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
					least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[m][n];
}

const char *pe_options_near(const char *word, const char *words, char separator, size_t *length)
{
	const size_t n = strlen(word);
	unsigned int best = n < 2 ? 1 : n < 6 ? 2 : 3; /* the first distance that is too great */
	const char *near = NULL;

	for (size_t size; n <= LONGEST && *words; words += size + (words[size] != '\0')) {
		size = (size_t)(strchrnul(words, separator) - words);
		if (size <= LONGEST && mistakes(word, n, words, size) < best) {
			best = mistakes(word, n, words, size);
			near = words;
			*length = size;
		}
	}
	return near;
}

/* --- parser --- */

static void name_all(const struct pe_options_command *c, char *names, size_t size)
{
	size_t n = 0;

	*names = '\0';
	for (const struct pe_options_option *o = c->options; o->id && n < size; o++)
		n += (size_t)snprintf(names + n, size - n, "%s|", o->name);
}

/* "--evnts=FILE": the option that was meant, if one is near */
static int unrecognized(const struct pe_options_command *c, const char *word)
{
	const size_t given = strcspn(word, "=");
	char names[512], typed[LONGEST + 2];
	const char *near;
	size_t length = 0;

	name_all(c, names, sizeof(names));
	snprintf(typed, sizeof(typed), "%.*s", (int)(given > 2 ? given - 2 : 0), word + 2);
	near = pe_options_near(typed, names, '|', &length);
	if (!near || !length)
		return PE_OPTION_WRONG;
	pe_message_error(PE_EXIT_USAGE, c->name,
			 "unrecognized option '%s'; did you mean '--%.*s'? try 'pidepoch%s%s "
			 "--help'",
			 word, (int)length, near, *c->name ? " " : "", c->name);
	return PE_OPTION_END;
}

static int wrong(const struct pe_options_command *c, int answer, char **argv)
{
	const char *word = argv[optind - 1];

	if (answer == '?' && !optopt && strncmp(word, "--", 2) == 0 &&
	    unrecognized(c, word) == PE_OPTION_END)
		return PE_OPTION_WRONG;
	pe_message_bad_option(c->name, answer, argv);
	return PE_OPTION_WRONG;
}

/* "a|b|c" as "a, b or c" */
static void list_words(const char *words, char *out, size_t size)
{
	size_t n = 0;

	for (size_t w; *words && n < size; words += w + (words[w] != '\0')) {
		w = strcspn(words, "|");
		n += (size_t)snprintf(out + n, size - n, "%.*s%s", (int)w, words,
				      !words[w]			   ? ""
				      : strchr(words + w + 1, '|') ? ", "
								   : " or ");
	}
}

static bool is_among(const char *word, const char *words)
{
	const size_t n = strlen(word);

	for (size_t w; *words; words += w + (words[w] != '\0')) {
		w = strcspn(words, "|");
		if (w == n && memcmp(word, words, w) == 0)
			return true;
	}
	return false;
}

/* options.2 */
static int check_value(const struct pe_options_command *c, const struct pe_options_option *o)
{
	char list[256];
	size_t length;
	const char *near;

	if (!o->value || !strchr(o->value, '|') || is_among(optarg, o->value))
		return o->id;
	list_words(o->value, list, sizeof(list));
	near = pe_options_near(optarg, o->value, '|', &length);
	if (near)
		pe_message_error(PE_EXIT_USAGE, c->name,
				 "invalid argument '%s' for '--%s': must be %s; did you mean "
				 "'%.*s'?",
				 optarg, o->name, list, (int)length, near);
	else
		pe_message_error(PE_EXIT_USAGE, c->name,
				 "invalid argument '%s' for '--%s': must be %s", optarg, o->name,
				 list);
	return PE_OPTION_WRONG;
}

static const struct pe_options_option *of_answer(const struct pe_options_command *c, int answer)
{
	for (const struct pe_options_option *o = c->options; o->id; o++)
		if (answer == PE_MESSAGE_LONG + (int)o->id || (o->letter && answer == o->letter))
			return o;
	return NULL;
}

int pe_options_next(const char *name, int argc, char **argv)
{
	const struct pe_options_command *c = pe_options_find(name);
	const bool permuted = c->operand && strcmp(c->operand, "FILE") == 0;
	struct option longs[MOST_OPTIONS + 1] = { 0 };
	const struct pe_options_option *found;
	char letters[2 * MOST_OPTIONS + 3] = "+:";
	char *end = strcpy(letters, permuted ? ":" : "+:") + (permuted ? 1 : 2);
	int n = 0, answer;

	for (const struct pe_options_option *o = c->options; o->id && n < MOST_OPTIONS; o++) {
		longs[n++] = (struct option){ o->name, o->value ? required_argument : no_argument,
					      NULL, PE_MESSAGE_LONG + (int)o->id };
		if (o->letter)
			*end++ = o->letter;
		if (o->letter && o->value)
			*end++ = ':';
	}
	answer = getopt_long(argc, argv, letters, longs, NULL);
	if (answer == -1)
		return PE_OPTION_END;
	found = of_answer(c, answer);
	return found ? check_value(c, found) : wrong(c, answer, argv);
}

static const struct pe_options_option *find_option(const char *name, enum pe_option id)
{
	const struct pe_options_option *o = pe_options_find(name)->options;

	while (o->id != id)
		o++;
	return o;
}

int pe_options_number(const char *name, enum pe_option option, uint64_t least_value, uint64_t most,
		      uint64_t *out)
{
	if (pe_number_parse(optarg, least_value, most, out))
		return 0;
	return pe_message_error(PE_EXIT_USAGE, name,
				"invalid argument '%s' for '--%s': must be a number from %llu to "
				"%llu",
				optarg, find_option(name, option)->name,
				(unsigned long long)least_value, (unsigned long long)most);
}

int pe_options_check_variable(const char *name, enum pe_option option, const char *variable)
{
	const char *value = getenv(variable);
	const struct pe_options_option *o = find_option(name, option);
	char list[256];

	if (!value || !*value || is_among(value, o->value))
		return 0;
	list_words(o->value, list, sizeof(list));
	return pe_message_error(PE_EXIT_USAGE, name, "%s='%s' in the environment: must be %s",
				variable, value, list);
}

int pe_options_unexpected(const char *name, const char *operand)
{
	return pe_message_error(PE_EXIT_USAGE, name,
				"unexpected argument '%s'; try 'pidepoch %s --help'", operand,
				name);
}

/* --- help --- */

/* Print @text from column @at; its lines begin at @column. */
static void print_wrapped(const char *text, size_t at, size_t column)
{
	for (size_t word; *text; text += word + (text[word] == ' ')) {
		word = strcspn(text, " ");
		if (at > column && at + 1 + word > COLUMNS) {
			putchar('\n');
			at = 0;
		} else if (at > column) {
			putchar(' ');
			at++;
		}
		for (; at < column; at++)
			putchar(' ');
		printf("%.*s", (int)word, text);
		at += word;
	}
	putchar('\n');
}

static void print_item(const char *left, const char *help, size_t column)
{
	size_t at = strlen(left);

	fputs(left, stdout);
	if (at + 2 > column) {
		putchar('\n');
		at = 0;
	}
	print_wrapped(help, at, column);
}

static void print_option(const struct pe_options_option *o)
{
	char left[256];

	snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", o->letter ? '-' : ' ',
		 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name, o->value ? "=" : "",
		 o->value ? o->value : "");
	print_item(left, o->help, HELP_COLUMN);
}

static void print_usage(const struct pe_options_command *c)
{
	const char *line = c->usage, *before = "Usage:";

	do {
		const size_t n = strcspn(line, "\n");

		printf("%s pidepoch%s%s%s%.*s\n", before, *c->name ? " " : "", c->name,
		       n ? " " : "", (int)n, line);
		before = "      ";
		line += n + (line[n] != '\0');
	} while (*line);
}

static void print_commands(void)
{
	char left[32];

	for (const struct pe_options_command *c = pe_options_commands; c->name; c++) {
		snprintf(left, sizeof(left), "  %s", c->name);
		print_item(left, c->summary, 14);
	}
	putchar('\n');
}

int pe_options_help(const char *name)
{
	const struct pe_options_command *c = pe_options_find(name);

	print_usage(c);
	print_wrapped(c->about, 0, 0);
	putchar('\n');
	if (!*c->name)
		print_commands();
	for (const struct pe_options_option *o = c->options; o->id; o++)
		print_option(o);
	putchar('\n');
	print_wrapped(c->end, 0, 0);
	return pe_message_flush(name);
}
