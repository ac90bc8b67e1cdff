// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/message.h"
#include "command/options.h"
#include "fuzz/canary.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

#define FIRST_LINE     "pidepoch-fuzz 1\n"
#define MOST_ARGUMENTS 1024

const char *const pe_fuzz_plan_policies[] = { "immediate", "lottery", "window", "turns", NULL };

static const char *const canaries[] = { "kill", "priority", "trace", "probe", NULL };

#define HEEDED 7u /* without probe: correct programs probe as well */

unsigned int pe_fuzz_plan_policy(const struct pe_fuzz_plan *plan, unsigned int run)
{
	static const unsigned int turns[] = { PE_FUZZ_PAGE_IMMEDIATE, PE_FUZZ_PAGE_WINDOW,
					      PE_FUZZ_PAGE_LOTTERY };

	return plan->policy == PE_FUZZ_PLAN_TURNS ? turns[(run - 1) % 3] : plan->policy;
}

/* --- options --- */

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out >= least && *out <= most;
}

static int take_number(enum pe_option option, uint64_t least, uint64_t most, unsigned int *out)
{
	uint64_t n = 0;
	int r = pe_options_number("fuzz", option, least, most, &n);

	*out = (unsigned int)n;
	return r;
}

/* Find the entry of @list that equals the first @length bytes of @word. */
static bool find_word(const char *const *list, const char *word, size_t length, unsigned int *which)
{
	for (unsigned int i = 0; list[i]; i++)
		if (strlen(list[i]) == length && memcmp(word, list[i], length) == 0) {
			*which = i;
			return true;
		}
	return false;
}

static bool find_policy(const char *word, unsigned int *policy)
{
	return find_word(pe_fuzz_plan_policies, word, strlen(word), policy);
}

/* words separated by commas */
static bool find_canaries(const char *words, unsigned int *heeded)
{
	unsigned int which, bits = 0;

	for (;; words++) {
		size_t length = strcspn(words, ",");

		if (!find_word(canaries, words, length, &which))
			return false;
		bits |= 1u << which;
		words += length;
		if (!*words)
			break;
	}
	*heeded = bits;
	return true;
}

static int take_canaries(struct pe_fuzz_plan *plan)
{
	if (find_canaries(optarg, &plan->heeded))
		return 0;
	return ERROR(
		PE_EXIT_USAGE,
		"invalid argument '%s' for '--canary': must be kill, priority, trace, probe, or "
		"several of them, separated by commas",
		optarg);
}

static int take_option(struct pe_fuzz_plan *plan, int option, const char **replay)
{
	switch (option) {
	case PE_OPTION_POLICY:
		find_policy(optarg, &plan->policy);
		return 0;
	case PE_OPTION_CANARY:
		return take_canaries(plan);
	case PE_OPTION_SUPPRESSIONS:
		plan->suppressions = optarg;
		return 0;
	case PE_OPTION_SEED:
		return pe_options_number("fuzz", PE_OPTION_SEED, 0, UINT64_MAX, &plan->seed);
	case PE_OPTION_RUNS:
		return take_number(PE_OPTION_RUNS, 1, 1000000000, &plan->runs);
	case PE_OPTION_TIMEOUT:
		return take_number(PE_OPTION_TIMEOUT, 1, 86400, &plan->timeout);
	case PE_OPTION_SAVE:
		plan->save = optarg;
		return *optarg ? 0 : ERROR(PE_EXIT_USAGE, "empty file name for '--save'");
	case PE_OPTION_REPLAY:
		*replay = optarg;
		return 0;
	default:
		return PE_EXIT_USAGE;
	}
}

/* --- the replay file --- */

static void put_argument(FILE *f, const char *argument)
{
	fputs("argument ", f);
	for (; *argument; argument++)
		if (*argument == '\n' || *argument == '%')
			fprintf(f, "%%%02x", (unsigned char)*argument);
		else
			fputc(*argument, f);
	fputc('\n', f);
}

static void put_canaries(FILE *f, unsigned int heeded)
{
	const char *before = "canary ";

	for (unsigned int i = 0; canaries[i]; i++)
		if (heeded & 1u << i) {
			fprintf(f, "%s%s", before, canaries[i]);
			before = ",";
		}
	fputc('\n', f);
}

int pe_fuzz_plan_save(const struct pe_fuzz_plan *plan, unsigned int run)
{
	FILE *f = fopen(plan->save, "we");
	int r;

	if (!f)
		return -errno;
	fprintf(f, FIRST_LINE "policy %s\nseed %llu\nrun %u\n",
		pe_fuzz_plan_policies[pe_fuzz_plan_policy(plan, run)],
		(unsigned long long)plan->seed, run);
	put_canaries(f, plan->heeded);
	for (char **a = plan->command; *a; a++)
		put_argument(f, *a);
	r = ferror(f) ? -EIO : 0;
	return fclose(f) != 0 ? -errno : r;
}

/* In place: the result is never longer. */
static bool decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		unsigned int byte;

		if (*text == '%') {
			if (sscanf(text, "%%%2x", &byte) != 1 || byte == 0 || !text[1] || !text[2])
				return false;
			*to++ = (char)byte;
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	return true;
}

static bool take_line(struct pe_fuzz_plan *plan, char *line, unsigned int *arguments)
{
	char *value = strchr(line, ' ');
	uint64_t n;

	line[strcspn(line, "\n")] = '\0';
	if (!value)
		return false;
	*value++ = '\0';
	if (strcmp(line, "policy") == 0)
		return find_policy(value, &plan->policy);
	if (strcmp(line, "canary") == 0)
		return find_canaries(value, &plan->heeded);
	if (strcmp(line, "seed") == 0)
		return read_number(value, 0, UINT64_MAX, &plan->seed);
	if (strcmp(line, "run") == 0) {
		bool right = read_number(value, 1, UINT_MAX, &n);

		plan->first = (unsigned int)n;
		return right;
	}
	if (strcmp(line, "argument") != 0 || *arguments == MOST_ARGUMENTS || !decode(value))
		return false;
	plan->command[*arguments] = strdup(value);
	return plan->command[(*arguments)++] != NULL;
}

static int read_lines(struct pe_fuzz_plan *plan, FILE *f, const char *name)
{
	unsigned int arguments = 0, number = 1;
	char *line = NULL;
	size_t size = 0;
	bool right = getline(&line, &size, f) >= 0 && strcmp(line, FIRST_LINE) == 0;

	while (right && getline(&line, &size, f) >= 0) {
		number++;
		right = take_line(plan, line, &arguments);
	}
	free(line);
	if (right && arguments > 0)
		return 0;
	return ERROR(PE_EXIT_USAGE, "%s: line %u is invalid; was the file written by --save?", name,
		     number);
}

static int read_file(struct pe_fuzz_plan *plan, const char *name)
{
	FILE *f = fopen(name, "re");
	int r;

	if (!f)
		return ERROR(PE_EXIT_USAGE, "cannot read %s: %s", name, strerror(errno));
	plan->same = true;
	plan->command = calloc(MOST_ARGUMENTS + 1, sizeof(*plan->command));
	r = plan->command ? read_lines(plan, f, name) : ERROR(PE_EXIT_UNABLE, "out of memory");
	fclose(f);
	return r;
}

int pe_fuzz_plan_read(struct pe_fuzz_plan *plan, int argc, char **argv)
{
	const char *replay = NULL;
	struct timespec now;
	int option, r;

	clock_gettime(CLOCK_REALTIME, &now);
	*plan = (struct pe_fuzz_plan){
		.seed = (uint64_t)now.tv_nsec / 1000 % 1000000,
		.policy = PE_FUZZ_PLAN_TURNS,
		.heeded = HEEDED,
		.first = 1,
		.timeout = 60,
		.save = "pidepoch-fuzz.replay",
	};
	while ((option = pe_options_next("fuzz", argc, argv)) != PE_OPTION_END) {
		if (option == PE_OPTION_HELP)
			return pe_options_help("fuzz") == 0 ? -1 : PE_EXIT_FAILED;
		r = take_option(plan, option, &replay);
		if (r != 0)
			return r;
	}
	if (!plan->runs)
		plan->runs = replay ? 1 : 20;
	plan->command = argv + optind;
	if (!!replay == (optind < argc))
		return ERROR(PE_EXIT_USAGE, "needs either a command or --replay; try "
					    "'pidepoch fuzz --help'");
	return replay ? read_file(plan, replay) : 0;
}
