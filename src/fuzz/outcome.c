// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/outcome.h"

#include <ctype.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/folder.h"

#define MOST_FILES 10000
#define OPEN	   16 /* directories at a time */

/* FNV-1a (Fowler, Noll and Vo) */
#define FIRST_HASH UINT64_C(0xcbf29ce484222325)
#define PRIME	   UINT64_C(0x100000001b3)

static void add(uint64_t *hash, unsigned char byte)
{
	*hash = (*hash ^ byte) * PRIME;
}

/* A run of digits counts as one digit. */
static void add_text(uint64_t *hash, const char *text, size_t length, bool *in_number)
{
	for (size_t i = 0; i < length; i++) {
		bool digit = isdigit((unsigned char)text[i]);

		if (!digit || !*in_number)
			add(hash, digit ? '0' : (unsigned char)text[i]);
		*in_number = digit;
	}
}

/* Add what the file has, and copy it to @copy, or -1. */
static void add_file(uint64_t *hash, const char *path, int copy)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char text[16384];
	bool in_number = false;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0) {
		add_text(hash, text, (size_t)n, &in_number);
		if (copy >= 0 && write(copy, text, (size_t)n) < 0)
			copy = -1;
	}
	if (fd >= 0)
		close(fd);
}

/* --- files --- */

static uint64_t files_hash;
static int files_seen;

/* The order of a directory is not fixed, so the hashes of the files are added up. */
static int see_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	uint64_t one = FIRST_HASH;
	bool in_number = false;

	(void)at;
	if (type == FTW_F && S_ISREG(st->st_mode)) {
		add_text(&one, path, strlen(path), &in_number);
		add_file(&one, path, -1);
		files_hash += one;
	}
	return ++files_seen >= MOST_FILES;
}

static uint64_t hash_of_files(const struct pe_fuzz_run *run)
{
	const char *folder = *run->files ? pe_fuzz_folder_path(run->folder) : ".";

	files_hash = files_seen = 0;
	nftw(folder, see_file, OPEN, FTW_PHYS | FTW_MOUNT);
	return files_hash;
}

/* --- an outcome --- */

void pe_fuzz_outcome_take(struct pe_fuzz_outcome *o, const struct pe_fuzz_run *run,
			  unsigned int compare)
{
	*o = (struct pe_fuzz_outcome){ .timed_out = run->timed_out, .status = run->status };
	if (compare & PE_FUZZ_PLAN_STDOUT) {
		o->output = FIRST_HASH;
		add_file(&o->output, pe_fuzz_run_file(run, "stdout"), STDOUT_FILENO);
	}
	if (compare & PE_FUZZ_PLAN_FILES)
		o->files = hash_of_files(run);
}

bool pe_fuzz_outcome_differ(const struct pe_fuzz_outcome *a, const struct pe_fuzz_outcome *b)
{
	return a->timed_out != b->timed_out || a->status != b->status || a->output != b->output ||
	       a->files != b->files;
}

void pe_fuzz_outcome_name(const struct pe_fuzz_outcome *o, char *to, size_t size)
{
	const char *name = WIFSIGNALED(o->status) ? sigabbrev_np(WTERMSIG(o->status)) : NULL;

	if (o->timed_out)
		snprintf(to, size, "not before its time is up");
	else if (WIFSIGNALED(o->status))
		snprintf(to, size, "by signal %d (%s)", WTERMSIG(o->status),
			 name ? name : "a real-time signal");
	else
		snprintf(to, size, "with status %d", WEXITSTATUS(o->status));
}
