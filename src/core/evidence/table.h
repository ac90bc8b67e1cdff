/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table - evidence that the programs of one user share: two words of 8 bytes per pid, in shared
 * memory (segment.h).
 *
 *   seen[pid]  { moment, kind, tag, source }   process `source` looked the pid up at this moment,
 *                                              or read it from a file (origin: which, and how old)
 *   parent[pid] { moment, tag, parent }        `parent` forked the process that has the pid since
 *                                              then
 *
 *   pgrep (306) ── lists /proc, reads 412's stat ──> seen[412] = { now, LOOK, 306 }
 *               └─ before that, once ──────────────> parent[306] = { 305 }, ...
 *   its shell (300) ── kill(412) ──> seen[412] is by 306, whose parents lead to 300: evidence
 *
 * table.1  Each word is written by one atomic store. There is no lock, and nothing to recover after
 *          a crash.
 * table.2  A pid uses the word at its low 15 bits; the tag (the high 7 bits) identifies the pid.
 *          The last writer wins.
 * table.3  Nothing in the table can be trusted to be well-formed, but its size.
 * table.4  A word is accepted only if its source descends from the caller (ancestry.h) and its
 *          moment is after the caller's birth. A foreign or torn word fails this test. A wrong word
 *          written by the same user can at most let a stale use pass or refuse a correct one.
 * table.5  The segment's name contains the layout's version, the user, the pid namespace, the start
 *          of that namespace's first process, and the time namespace: pids and moments mean the
 *          same to all processes that share it, and the words of an ended namespace are not found
 *          by the next one with its inode number.
 * table.6  The first look or use attaches it; an exec detaches it.
 * table.7  The table states the pid namespace of its processes. When none of them lives, the
 *          command removes it (inspect/leftover.h).
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
	/* in parent[]: the process was reaped, and still links its children to its parent */
	PE_TABLE_ENDED,
};

/* the file that a pid was read from */
struct pe_table_origin {
	_Atomic uint32_t pid;
	uint32_t spare;
	int64_t moment; /* when the file was last changed, in ms since boot */
	char path[PE_TABLE_PATH];
};

struct pe_table {
	uint64_t named;		/* segment.2 */
	_Atomic uint64_t space; /* table.7: inode of the pid namespace, or 0 */
	_Atomic uint64_t seen[PE_TABLE_SLOTS];
	_Atomic uint64_t parent[PE_TABLE_SLOTS];
	struct pe_table_origin origin[PE_TABLE_ORIGINS];
};

/* a decoded word; moments are ticks of 10 ms since boot */
struct pe_table_word {
	uint64_t tick;	 /* when the source looked, read the file, or was born */
	uint32_t source; /* or parent */
	enum pe_table_kind kind;
};

/* The mapping, or NULL: there is no table and none could be made. Signal-safe. */
struct pe_table *pe_table_map(bool may_make);
/* The same, for a segment of this name. */
struct pe_table *pe_table_map_at(const char *name, bool may_make);
void pe_table_unmap(struct pe_table *t);

/* @name: at least PE_TABLE_NAME bytes. false: /proc does not give the namespaces. */
#define PE_TABLE_NAME 128u
bool pe_table_name(char *name);

void pe_table_see(struct pe_table *t, uint32_t pid, const struct pe_table_word *w);
bool pe_table_seen(const struct pe_table *t, uint32_t pid, struct pe_table_word *w);
void pe_table_born(struct pe_table *t, uint32_t pid, const struct pe_table_word *w);
/* only if the record names @parent */
void pe_table_ended(struct pe_table *t, uint32_t pid, uint32_t parent);
bool pe_table_parent(const struct pe_table *t, uint32_t pid, struct pe_table_word *w);

void pe_table_set_origin(struct pe_table *t, uint32_t pid, const char *path, int64_t moment);
/* When the file was changed that @pid was read from, in ms since boot; 0: the origin is not known.
 * @to: PE_TABLE_PATH bytes for its path, or NULL. */
int64_t pe_table_origin(const struct pe_table *t, uint32_t pid, char *to);

#endif
