// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "fuzz/policy.h"
#include "fuzz/replay.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

#define SUFFIX ".replay"

static int is_replay(const struct dirent *e)
{
	size_t length = strlen(e->d_name), suffix = strlen(SUFFIX);

	return length > suffix && strcmp(e->d_name + length - suffix, SUFFIX) == 0;
}

/* corpus.1 */
static bool is_same_command(char *const *a, char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return !*a && !*b;
}

static void free_command(char **command)
{
	for (char **a = command; a && *a; a++)
		free(*a);
	free(command);
}

static int add_entry(struct pe_fuzz_corpus *c, const struct pe_fuzz_plan *read)
{
	struct pe_fuzz_corpus_entry *more =
		reallocarray(c->entry, c->entries + 1, sizeof(*c->entry));

	if (!more)
		return ERROR(PE_EXIT_UNABLE, "out of memory");
	c->entry = more;
	c->entry[c->entries++] =
		(struct pe_fuzz_corpus_entry){ read->policy, read->seed, read->first };
	return 0;
}

static bool is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

static int add_file(struct pe_fuzz_corpus *c, const struct pe_fuzz_plan *plan, const char *name)
{
	struct pe_fuzz_plan read = *plan;
	char path[PATH_MAX];
	int r = 0;

	read.command = NULL;
	snprintf(path, sizeof(path), "%s/%s", plan->corpus, name);
	/* a read of a FIFO could wait for ever */
	if (!is_kind(path, S_IFREG) || pe_fuzz_replay_read(&read, path) != 0)
		ERROR(0, "%s is left out", path);
	else if (is_same_command(read.command, plan->command))
		r = add_entry(c, &read);
	free_command(read.command);
	if (read.files != plan->files)
		free((char *)read.files);
	return r;
}

int pe_fuzz_corpus_check(const struct pe_fuzz_plan *plan)
{
	if (!plan->corpus)
		return 0;
	if (mkdir(plan->corpus, 0777) != 0 && errno != EEXIST)
		return ERROR(PE_EXIT_USAGE, "cannot create %s: %s", plan->corpus, strerror(errno));
	if (!is_kind(plan->corpus, S_IFDIR))
		errno = ENOTDIR;
	else if (access(plan->corpus, R_OK | W_OK | X_OK) == 0)
		return 0;
	return ERROR(PE_EXIT_USAGE, "cannot write to %s: %s", plan->corpus, strerror(errno));
}

int pe_fuzz_corpus_open(struct pe_fuzz_corpus *c, const struct pe_fuzz_plan *plan)
{
	struct dirent **names;
	int n, r = 0;

	*c = (struct pe_fuzz_corpus){ .entries = 0 };
	n = scandir(plan->corpus, &names, is_replay, alphasort);
	if (n < 0)
		return ERROR(PE_EXIT_USAGE, "cannot read %s: %s", plan->corpus, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = add_file(c, plan, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return r;
}

void pe_fuzz_corpus_choose(const struct pe_fuzz_corpus *c, size_t n, struct pe_fuzz_plan *plan)
{
	plan->policy = c->entry[n].policy;
	plan->seed = c->entry[n].seed;
	plan->first = c->entry[n].run;
}

int pe_fuzz_corpus_add(const struct pe_fuzz_plan *plan, unsigned int number)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s-%llu-%u" SUFFIX, plan->corpus,
		 pe_fuzz_policy_of(plan->policy, number)->name, (unsigned long long)plan->seed,
		 number);
	return pe_fuzz_replay_write(plan, number, path);
}

void pe_fuzz_corpus_close(struct pe_fuzz_corpus *c)
{
	free(c->entry);
}
