/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table - evidence that the programs of one user share: two words of 8 bytes per pid, in a mapping
 * of a file in /dev/shm.
 *
 *   seen[pid]  { moment, kind, tag, source }   the pid was right at this moment, as process
 *                                              `source` saw it
 *   kin[pid]   { moment, tag, parent }         `parent` forked the process that has the pid since
 *                                              then
 *
 *   pgrep (306) ── lists /proc, reads 412's stat ──> seen[412] = { now, LOOK, 306 }
 *               └─ before that, once ──────────────> kin[306] = { 305 }, kin[305] = { 300 }, ...
 *   its shell (300) ── kill(412) ──> seen[412] is by 306, whose parents lead to 300: evidence
 *
 * table.1  Each word is written by one atomic store. There is no lock, and nothing to recover after
 *          a crash.
 * table.2  A pid uses the word at its low 15 bits; the tag (the high 7 bits) says whose the word
 *          is. The last writer wins.
 * table.3  The file has its full size and all its blocks before it is used, so that a full file
 *          system is an error when the table is made and no signal later. One with another owner,
 *          mode, size or with holes is not used.
 * table.4  A word is believed only if its source descends from the caller (kin.h) and its moment is
 *          after the caller's birth. A foreign or torn word fails that test; a wrong one of the
 *          same user can at most spare a stale use or refuse a right one.
 * table.5  The file's name has the user, the pid namespace and the time namespace: pids and moments
 *          mean the same to all who share it.
 * table.6  It is opened by the first look or use and closed at once; the mapping goes with exec.
 */
#ifndef PE_CORE_EVIDENCE_TABLE_H
#define PE_CORE_EVIDENCE_TABLE_H

#include "core/contract.h"

#define PE_TABLE_SLOTS	 32768u
#define PE_TABLE_ORIGINS 256u
#define PE_TABLE_PATH	 120u

enum pe_table_kind {
	PE_TABLE_NOTHING,
	PE_TABLE_LOOK,
	PE_TABLE_FILE,
	/* a kin word whose process has been reaped: it still links its children to its parent */
	PE_TABLE_ENDED,
};

/* which file a pid was read from, for notices only */
struct pe_table_origin {
	_Atomic uint32_t pid;
	uint32_t spare;
	char path[PE_TABLE_PATH];
};

struct pe_table {
	_Atomic uint64_t seen[PE_TABLE_SLOTS];
	_Atomic uint64_t kin[PE_TABLE_SLOTS];
	struct pe_table_origin origin[PE_TABLE_ORIGINS];
};

/* a word, taken apart; moments are in ticks of 10 ms since boot */
struct pe_table_word {
	uint64_t tick;
	uint32_t source; /* or parent */
	enum pe_table_kind kind;
};

/* The mapping, or NULL: there is none and none could be made. Signal-safe. */
struct pe_table *pe_table_map(bool may_make);
/* the same of a file of this name */
struct pe_table *pe_table_map_at(const char *name, bool may_make);
void pe_table_unmap(struct pe_table *t);

/* @name: at least PE_TABLE_NAME bytes. false: /proc does not tell the namespaces. */
#define PE_TABLE_NAME 96u
bool pe_table_name(char *name);

void pe_table_see(struct pe_table *t, uint32_t pid, const struct pe_table_word *w);
bool pe_table_seen(const struct pe_table *t, uint32_t pid, struct pe_table_word *w);
void pe_table_bear(struct pe_table *t, uint32_t pid, const struct pe_table_word *w);
/* if it is by @parent */
void pe_table_end(struct pe_table *t, uint32_t pid, uint32_t parent);
bool pe_table_kin(const struct pe_table *t, uint32_t pid, struct pe_table_word *w);

/* @to: PE_TABLE_PATH bytes; "" if it is not known */
void pe_table_set_origin(struct pe_table *t, uint32_t pid, const char *path);
void pe_table_origin(const struct pe_table *t, uint32_t pid, char *to);

#endif
