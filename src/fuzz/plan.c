// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/plan.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command/message.h"
#include "fuzz/canary.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

#define FIRST_LINE     "pidepoch-fuzz 1\n"
#define MOST_ARGUMENTS 1024

static const char help[] =
	"Usage: pidepoch fuzz [OPTION]... [--] COMMAND [ARGUMENT]...\n"
	"       pidepoch fuzz --replay=FILE\n"
	"Run COMMAND repeatedly in a pid namespace, where each pid that it releases is given to an\n"
	"unrelated process. Report what COMMAND then does to such processes, and which statuses of its\n"
	"children it loses.\n"
	"\n"
	"  --policy=immediate|lottery|window|turns  which process gets a released pid: an unrelated one\n"
	"                        at once; by lot an unrelated one, COMMAND's own next child, or none\n"
	"                        yet; an unrelated one, with pauses around each reap and before each\n"
	"                        use; or each run another of these (the default)\n"
	"  --canary=kill,priority,trace,probe  which act on an unrelated process is a find: a signal,\n"
	"                        a change of its priority, tracing it (these are the default); a query\n"
	"                        whether it exists, or what it is\n"
	"  --seed=N              seed of all draws (default: from the clock)\n"
	"  --runs=N              number of runs (default 20, with --replay 1); the first find ends them\n"
	"  --timeout=SECONDS     time for one run (default 60); what was found until then counts\n"
	"  --suppressions=FILE   lost statuses that are not a find, in the format of 'pidepoch report'\n"
	"  --save=FILE           write the replay file of a find there (default pidepoch-fuzz.replay)\n"
	"  --replay=FILE         repeat the run that FILE describes\n"
	"  --help                display this help and exit\n"
	"\n"
	"Exit status: 0 nothing found, 1 found, 2 usage error, 125 pidepoch itself failed. See pidepoch(1).\n";

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

static int take_number(const char *option, uint64_t least, uint64_t most, unsigned int *out)
{
	uint64_t n;

	if (!read_number(optarg, least, most, &n))
		return ERROR(PE_EXIT_USAGE, "--%s='%s': must be a number from %llu to %llu", option,
			     optarg, (unsigned long long)least, (unsigned long long)most);
	*out = (unsigned int)n;
	return 0;
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
		"--canary='%s': must be kill, priority, trace, probe, or several of them, separated by commas",
		optarg);
}

static int take_option(struct pe_fuzz_plan *plan, int option, const char **replay, char **argv)
{
	switch (option) {
	case 'p' + PE_MESSAGE_LONG:
		return find_policy(optarg, &plan->policy)
			       ? 0
			       : ERROR(PE_EXIT_USAGE,
				       "--policy='%s': must be immediate, lottery, window or turns",
				       optarg);
	case 'c' + PE_MESSAGE_LONG:
		return take_canaries(plan);
	case 'u' + PE_MESSAGE_LONG:
		plan->suppressions = optarg;
		return 0;
	case 's' + PE_MESSAGE_LONG:
		return read_number(optarg, 0, UINT64_MAX, &plan->seed)
			       ? 0
			       : ERROR(PE_EXIT_USAGE, "--seed='%s': must be a number", optarg);
	case 'r' + PE_MESSAGE_LONG:
		return take_number("runs", 1, 1000000000, &plan->runs);
	case 't' + PE_MESSAGE_LONG:
		return take_number("timeout", 1, 86400, &plan->timeout);
	case 'v' + PE_MESSAGE_LONG:
		plan->save = optarg;
		return *optarg ? 0 : ERROR(PE_EXIT_USAGE, "--save needs a file name");
	case 'y' + PE_MESSAGE_LONG:
		*replay = optarg;
		return 0;
	default:
		return pe_message_bad_option("fuzz", option, argv);
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
	static const struct option options[] = {
		{ "policy", required_argument, NULL, 'p' + PE_MESSAGE_LONG },
		{ "canary", required_argument, NULL, 'c' + PE_MESSAGE_LONG },
		{ "suppressions", required_argument, NULL, 'u' + PE_MESSAGE_LONG },
		{ "seed", required_argument, NULL, 's' + PE_MESSAGE_LONG },
		{ "runs", required_argument, NULL, 'r' + PE_MESSAGE_LONG },
		{ "timeout", required_argument, NULL, 't' + PE_MESSAGE_LONG },
		{ "save", required_argument, NULL, 'v' + PE_MESSAGE_LONG },
		{ "replay", required_argument, NULL, 'y' + PE_MESSAGE_LONG },
		{ "help", no_argument, NULL, 'h' + PE_MESSAGE_LONG },
		{ 0 },
	};
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
	while ((option = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (option == 'h' + PE_MESSAGE_LONG)
			return pe_message_text("fuzz", help) == 0 ? -1 : PE_EXIT_FAILED;
		r = take_option(plan, option, &replay, argv);
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
