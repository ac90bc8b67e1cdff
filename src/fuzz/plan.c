// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/plan.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "command/number.h"
#include "command/options.h"
#include "fuzz/policy.h"
#include "fuzz/replay.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

#define RUNS	  20
#define MOST_RUNS 1000000000

/* only kill, priority and trace: correct programs probe as well */
#define COUNTED 7u

/* --- words --- */

static const char *const canaries[] = { "kill", "priority", "trace", "probe", NULL };
static const char *const compares[] = { "status", "stdout", "files", NULL };

/* Words of @list, separated by commas, as bits. */
static bool find_words(const char *const *list, const char *words, unsigned int *bits)
{
	unsigned int found = 0;

	for (;; words++) {
		size_t length = strcspn(words, ",");
		unsigned int i = 0;

		while (list[i] &&
		       (strlen(list[i]) != length || memcmp(words, list[i], length) != 0))
			i++;
		if (!list[i])
			return false;
		found |= 1u << i;
		words += length;
		if (!*words)
			break;
	}
	*bits = found;
	return true;
}

bool pe_fuzz_plan_canaries(const char *words, unsigned int *counted)
{
	return find_words(canaries, words, counted);
}

const char *pe_fuzz_plan_canary(unsigned int n)
{
	return canaries[n];
}

bool pe_fuzz_plan_compares(const char *words, unsigned int *compare)
{
	return find_words(compares, words, compare);
}

const char *pe_fuzz_plan_compared(unsigned int compare)
{
	bool output = compare & PE_FUZZ_PLAN_STDOUT, files = compare & PE_FUZZ_PLAN_FILES;

	return output && files ? "status,stdout,files"
	       : output	       ? "status,stdout"
	       : files	       ? "status,files"
			       : "status";
}

/* --- numbers --- */

static int take_number(enum pe_option option, uint64_t least, uint64_t most, unsigned int *out)
{
	uint64_t n = 0;
	int r = pe_options_number("fuzz", option, least, most, &n);

	*out = (unsigned int)n;
	return r;
}

/* seconds; with a unit s, m or h */
static int take_budget(struct pe_fuzz_plan *plan)
{
	static const unsigned int factors[] = { ['s'] = 1, ['m'] = 60, ['h'] = 3600 };
	char digits[16];
	size_t length = strlen(optarg);
	char unit = length ? optarg[length - 1] : 0;
	bool has_unit = unit == 's' || unit == 'm' || unit == 'h';
	uint64_t n;

	snprintf(digits, sizeof(digits), "%.*s", (int)(length - has_unit), optarg);
	if (length >= sizeof(digits) || !pe_number_parse(digits, 1, 86400, &n))
		return ERROR(PE_EXIT_USAGE,
			     "invalid argument '%s' for '--budget': must be a time from 1s to "
			     "86400s, such as 60s or 10m",
			     optarg);
	plan->budget = (unsigned int)n * (has_unit ? factors[(unsigned char)unit] : 1);
	return 0;
}

/* --- options --- */

static int take_words(struct pe_fuzz_plan *plan, int option)
{
	bool canary = option == PE_OPTION_CANARY;

	if (find_words(canary ? canaries : compares, optarg,
		       canary ? &plan->counted : &plan->compare))
		return 0;
	return ERROR(PE_EXIT_USAGE,
		     "invalid argument '%s' for '--%s': must be %s, or several of them, separated "
		     "by commas",
		     optarg, canary ? "canary" : "compare",
		     canary ? "kill, priority, trace, probe" : "status, stdout, files");
}

static int take_file(const char *option, const char **file)
{
	*file = optarg;
	return *optarg ? 0 : ERROR(PE_EXIT_USAGE, "empty file name for '--%s'", option);
}

static int take_limit(struct pe_fuzz_plan *plan, int option)
{
	switch (option) {
	case PE_OPTION_SEED:
		return pe_options_number("fuzz", PE_OPTION_SEED, 0, UINT64_MAX, &plan->seed);
	case PE_OPTION_RUNS:
		return take_number(PE_OPTION_RUNS, 1, MOST_RUNS, &plan->runs);
	case PE_OPTION_TIMEOUT:
		return take_number(PE_OPTION_TIMEOUT, 1, 86400, &plan->timeout);
	case PE_OPTION_BUDGET:
		return take_budget(plan);
	default:
		return PE_EXIT_USAGE;
	}
}

static int take_option(struct pe_fuzz_plan *plan, int option, const char **replay)
{
	switch (option) {
	case PE_OPTION_POLICY:
		plan->policy = pe_fuzz_policy_find(optarg);
		return 0;
	case PE_OPTION_CANARY:
	case PE_OPTION_COMPARE:
		return take_words(plan, option);
	case PE_OPTION_SUPERVISOR:
		plan->supervisor = optarg;
		return 0;
	case PE_OPTION_SUPPRESSIONS:
		return take_file("suppressions", &plan->suppressions);
	case PE_OPTION_FILES:
		return take_file("files", &plan->files);
	case PE_OPTION_SAVE:
		return take_file("save", &plan->save);
	case PE_OPTION_REPLAY:
		return take_file("replay", replay);
	case PE_OPTION_CORPUS:
		return take_file("corpus", &plan->corpus);
	case PE_OPTION_JSON:
		return take_file("json", &plan->json);
	case PE_OPTION_SARIF:
		return take_file("sarif", &plan->sarif);
	case PE_OPTION_JUNIT:
		return take_file("junit", &plan->junit);
	default:
		return take_limit(plan, option);
	}
}

static void set_defaults(struct pe_fuzz_plan *plan)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*plan = (struct pe_fuzz_plan){
		.seed = (uint64_t)now.tv_nsec / 1000 % 1000000,
		.policy = pe_fuzz_policy_default(),
		.counted = COUNTED,
		.first = 1,
		.timeout = 60,
		.save = "pidepoch-fuzz.replay",
		.supervisor = "auto",
	};
}

int pe_fuzz_plan_read(struct pe_fuzz_plan *plan, int argc, char **argv)
{
	const char *replay = NULL;
	int option, r;

	set_defaults(plan);
	while ((option = pe_options_next("fuzz", argc, argv)) != PE_OPTION_END) {
		if (option == PE_OPTION_HELP)
			return pe_options_help("fuzz") == 0 ? -1 : PE_EXIT_FAILED;
		r = take_option(plan, option, &replay);
		if (r != 0)
			return r;
	}
	if (!plan->runs)
		plan->runs = replay ? 1 : plan->budget ? MOST_RUNS : RUNS;
	plan->command = argv + optind;
	if (!!replay == (optind < argc))
		return ERROR(PE_EXIT_USAGE, "needs either a command or --replay; try "
					    "'pidepoch fuzz --help'");
	plan->same = replay != NULL;
	return replay ? pe_fuzz_replay_read(plan, replay) : 0;
}
