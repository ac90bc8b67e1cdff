/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * corpus - a directory of replay files: the runs that found something, to be tried first.
 *
 * corpus.1  A file counts if it is for the same command with the same arguments. Other files in the
 *           directory are left alone.
 * corpus.2  A file that cannot be read is reported and left out: a cache may keep what a job that
 *           was killed has half written.
 */
#ifndef PE_FUZZ_CORPUS_H
#define PE_FUZZ_CORPUS_H

#include <stddef.h>

#include "fuzz/plan.h"

struct pe_fuzz_corpus {
	struct pe_fuzz_corpus_entry {
		int policy;
		uint64_t seed;
		unsigned int run;
	} * entry;
	size_t entries;
};

/* Create @plan's directory if it does not exist. 0, or an exit status after an error line: it
 * cannot be read and written. */
int pe_fuzz_corpus_check(const struct pe_fuzz_plan *plan);

/* Read it. 0, or an exit status after an error line. */
int pe_fuzz_corpus_open(struct pe_fuzz_corpus *c, const struct pe_fuzz_plan *plan);

/* Let @plan describe the run of entry @n, as its first one. */
void pe_fuzz_corpus_choose(const struct pe_fuzz_corpus *c, size_t n, struct pe_fuzz_plan *plan);

/* Add run @number of @plan. 0 or -errno. */
int pe_fuzz_corpus_add(const struct pe_fuzz_plan *plan, unsigned int number);

void pe_fuzz_corpus_close(struct pe_fuzz_corpus *c);

#endif
