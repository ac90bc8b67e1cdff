/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/evidence/words.h"

/* a word of this process: pid, kind, ms since boot */
#define PID_BITS  22
#define KIND_BITS 3

static uint64_t pack(uint32_t pid, enum pe_evidence_kind kind, int64_t ms)
{
	return (uint64_t)ms << (PID_BITS + KIND_BITS) | (uint64_t)kind << PID_BITS | pid;
}

bool pe_words_own(const struct pe_evidence *e, uint32_t pid, struct pe_word *w)
{
	uint64_t word = atomic_load_explicit(&e->own[pid % PE_EVIDENCE_OWN], memory_order_relaxed);

	w->kind = word >> PID_BITS & ((1u << KIND_BITS) - 1);
	w->moment = (int64_t)(word >> (PID_BITS + KIND_BITS));
	return word && (word & ((1u << PID_BITS) - 1)) == pid;
}

void pe_words_note(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind, int64_t moment)
{
	struct pe_word old;

	if (pid <= 1 || pid >= 1u << PID_BITS)
		return;
	/* a look does not replace a message or an argument as the source */
	if (kind == PE_EVIDENCE_LOOK && pe_words_own(e, pid, &old) &&
	    (old.kind == PE_EVIDENCE_MESSAGE || old.kind == PE_EVIDENCE_ARGUMENT))
		kind = old.kind;
	atomic_store_explicit(&e->own[pid % PE_EVIDENCE_OWN], pack(pid, kind, moment),
			      memory_order_relaxed);
	atomic_store_explicit(&e->any, 1, memory_order_relaxed);
}

/* --- the table --- */

struct pe_table *pe_words_map(struct pe_evidence *e, bool may_make)
{
	struct pe_table *none = NULL, *t;

	if (atomic_load_explicit(&e->no_table, memory_order_relaxed))
		return NULL;
	t = pe_table_map(may_make);
	if (!t && !may_make)
		return NULL;
	if (!t) {
		atomic_store_explicit(&e->no_table, true, memory_order_relaxed);
	} else if (!atomic_compare_exchange_strong(&e->table, &none, t)) {
		pe_table_unmap(t);
		t = none;
	}
	return t;
}

struct pe_table *pe_words_table(struct pe_evidence *e)
{
	struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);

	return likely(t) ? t : pe_words_map(e, true);
}

int64_t pe_words_shared(const struct pe_table *t, uint32_t pid, const struct pe_ancestry_of *of,
			struct pe_table_word *w, char *path)
{
	path[0] = '\0';
	/* evidence from before this process's birth belongs to its ancestors */
	if (!pe_table_seen(t, pid, w) || !pe_ancestry_was_below(t, w->source, w->tick, of))
		return 0;
	if (w->kind == PE_TABLE_LOOK)
		return (int64_t)w->tick * PE_MOMENT_TICK;
	return w->source == of->pid ? 0 : pe_table_origin(t, pid, path);
}

/* --- what it had --- */

bool pe_words_had_before(struct pe_evidence *e, uint32_t pid)
{
	return pe_evidence_has_argument(e, pid) || pe_files_has_pid(&e->files, pid);
}

/* --- clocks --- */

struct pe_moment_pair pe_words_clocks(const struct pe_evidence *e)
{
	struct pe_moment_pair now = pe_moment_read();

	now.real += e->shift;
	return now;
}

int64_t pe_words_to_boot(struct pe_moment_pair now, int64_t stamp)
{
	return stamp - (now.real - now.boot);
}

bool pe_words_boot_is_good(struct pe_evidence *e, struct pe_moment_pair now)
{
	uint32_t known = atomic_load_explicit(&e->boot, memory_order_relaxed);

	if (!known) {
		known = pe_moment_boot_is_good(now) ? 1 : 2;
		atomic_store_explicit(&e->boot, known, memory_order_relaxed);
	}
	return known == 1;
}
