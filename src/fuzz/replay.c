// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/replay.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "command/number.h"
#include "fuzz/policy.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

#define FIRST_LINE     "pidepoch-fuzz 1\n"
#define MOST_ARGUMENTS 1024

/* --- write --- */

static void put_text(FILE *f, const char *name, const char *text)
{
	fprintf(f, "%s ", name);
	for (; *text; text++)
		if (*text == '\n' || *text == '%')
			fprintf(f, "%%%02x", (unsigned char)*text);
		else
			fputc(*text, f);
	fputc('\n', f);
}

static void put_canaries(FILE *f, unsigned int counted)
{
	const char *before = "canary ";

	for (unsigned int i = 0; pe_fuzz_plan_canary(i); i++)
		if (counted & 1u << i) {
			fprintf(f, "%s%s", before, pe_fuzz_plan_canary(i));
			before = ",";
		}
	fputc('\n', f);
}

int pe_fuzz_replay_write(const struct pe_fuzz_plan *plan, unsigned int run, const char *path)
{
	FILE *f = fopen(path, "we");
	int r;

	if (!f)
		return -errno;
	fprintf(f, FIRST_LINE "policy %s\nseed %llu\nrun %u\n",
		pe_fuzz_policy_of(plan->policy, run)->name, (unsigned long long)plan->seed, run);
	put_canaries(f, plan->counted);
	if (plan->compare)
		fprintf(f, "compare %s\n", pe_fuzz_plan_compared(plan->compare));
	if (plan->files)
		put_text(f, "files", plan->files);
	for (char **a = plan->command; *a; a++)
		put_text(f, "argument", *a);
	r = ferror(f) ? -EIO : 0;
	return fclose(f) != 0 ? -errno : r;
}

/* --- read --- */

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

/* An option goes before the file. */
static bool take_files(struct pe_fuzz_plan *plan, char *value)
{
	if (!decode(value) || !*value)
		return false;
	if (!plan->files)
		plan->files = strdup(value);
	return plan->files != NULL;
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
		return (plan->policy = pe_fuzz_policy_find(value)) >= 0;
	if (strcmp(line, "canary") == 0)
		return pe_fuzz_plan_canaries(value, &plan->counted);
	if (strcmp(line, "compare") == 0)
		return pe_fuzz_plan_compares(value, &plan->compare);
	if (strcmp(line, "seed") == 0)
		return pe_number_parse(value, 0, UINT64_MAX, &plan->seed);
	if (strcmp(line, "run") == 0) {
		bool right = pe_number_parse(value, 1, UINT_MAX, &n);

		plan->first = (unsigned int)n;
		return right;
	}
	if (strcmp(line, "files") == 0)
		return take_files(plan, value);
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

int pe_fuzz_replay_read(struct pe_fuzz_plan *plan, const char *name)
{
	FILE *f = fopen(name, "re");
	int r;

	if (!f)
		return ERROR(PE_EXIT_USAGE, "cannot read %s: %s", name, strerror(errno));
	plan->command = calloc(MOST_ARGUMENTS + 1, sizeof(*plan->command));
	r = plan->command ? read_lines(plan, f, name) : ERROR(PE_EXIT_UNABLE, "out of memory");
	fclose(f);
	return r;
}
