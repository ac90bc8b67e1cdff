/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * words - what the files of this folder share: a process's own words, its way to the table, and its
 * clocks. Signal-safe, any thread.
 */
#ifndef PE_CORE_EVIDENCE_WORDS_H
#define PE_CORE_EVIDENCE_WORDS_H

#include "core/contract.h"
#include "core/evidence/evidence.h"

struct pe_word {
	enum pe_evidence_kind kind;
	int64_t moment; /* ms since boot */
};

/* This process's own word for @pid. false: there is none. */
bool pe_words_own(const struct pe_evidence *e, uint32_t pid, struct pe_word *w);
void pe_words_note(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind, int64_t moment);

/* The table, or NULL. pe_words_table() makes it if there is none. */
struct pe_table *pe_words_map(struct pe_evidence *e, bool may_make);
struct pe_table *pe_words_table(struct pe_evidence *e);

/* The moment of the table's word for @pid, in ms since boot. 0: it is not evidence for the process
 * @of: no descendant wrote it, or that process itself wrote it from a file, and its own record has
 * more detail. @path: PE_TABLE_PATH bytes. */
int64_t pe_words_shared(const struct pe_table *t, uint32_t pid, const struct pe_ancestry_of *of,
			struct pe_table_word *w, char *path);

/* evidence.3: the program has @pid from its arguments, or from a pidfile that it read. */
bool pe_words_had_before(struct pe_evidence *e, uint32_t pid);

struct pe_moment_pair pe_words_clocks(const struct pe_evidence *e);
/* a stamp of the wall clock, in ms, as boot time */
int64_t pe_words_to_boot(struct pe_moment_pair now, int64_t stamp);
/* see pe_moment_boot_is_good() */
bool pe_words_boot_is_good(struct pe_evidence *e, struct pe_moment_pair now);

#endif
