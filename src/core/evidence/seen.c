/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/evidence/evidence.h"
#include "core/evidence/words.h"

/* The table, after this process's chain of parents was written to it: the chain may be gone when it
 * is needed. */
static struct pe_table *table_for_writing(struct pe_evidence *e, uint32_t *source)
{
	struct pe_table *t = pe_words_table(e);
	uint32_t me = (uint32_t)pe_sys_getpid();

	*source = me;

	if (t && atomic_load_explicit(&e->published, memory_order_relaxed) != (int)me) {
		pe_ancestry_publish(t, me);
		atomic_store_explicit(&e->published, (int)me, memory_order_relaxed);
	}
	return t;
}

/* --- what is seen --- */

void pe_evidence_learn(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind)
{
	pe_words_note(e, pid, kind, pe_moment_now());
}

void pe_evidence_listed(struct pe_evidence *e)
{
	atomic_store_explicit(&e->listed, pe_moment_now(), memory_order_relaxed);
}

static void share(struct pe_evidence *e, uint32_t pid, struct pe_table_word w)
{
	struct pe_table *t = table_for_writing(e, &w.source);

	if (t)
		pe_table_see(t, pid, &w);
}

static void share_look(struct pe_evidence *e, uint32_t pid, int64_t now)
{
	share(e, pid,
	      (struct pe_table_word){ .tick = (uint64_t)now / PE_MOMENT_TICK,
				      .kind = PE_TABLE_LOOK });
}

static void share_file(struct pe_evidence *e, uint32_t pid, int64_t moment, const char *path)
{
	struct pe_table_word w = { .tick = (uint64_t)pe_moment_now() / PE_MOMENT_TICK,
				   .kind = PE_TABLE_FILE };
	struct pe_table *t = pe_words_table(e);

	if (!t || moment <= 0)
		return;
	/* first: who finds the word finds its origin */
	pe_table_set_origin(t, pid, path, moment);
	share(e, pid, w);
}

/* evidence.3 */
void pe_evidence_looked(struct pe_evidence *e, uint32_t pid)
{
	int64_t now = pe_moment_now();
	bool listed = atomic_load_explicit(&e->listed, memory_order_relaxed) != 0;

	if (listed && pe_words_had_before(e, pid))
		return;
	pe_words_note(e, pid, PE_EVIDENCE_LOOK, now);
	if (listed)
		share_look(e, pid, now);
}

void pe_evidence_was_named(struct pe_evidence *e, uint32_t pid)
{
	int64_t now = pe_moment_now();

	pe_words_note(e, pid, PE_EVIDENCE_LOOK, now);
	share_look(e, pid, now);
}

void pe_evidence_opened(struct pe_evidence *e, const char *path, bool at_cwd, int fd)
{
	const struct pe_files_entry *f = pe_files_opened(&e->files, path, at_cwd, fd);
	int64_t moment;

	if (likely(!f) || f->foreign)
		return;
	moment = pe_words_to_boot(pe_words_clocks(e),
				  f->stamp + (f->no_nsec ? PE_MOMENT_NO_NSEC : 0));
	for (uint32_t i = 0; i < f->count && i < PE_PARSE_MOST; i++)
		if (f->pid[i] & PE_PARSE_ACCUSE)
			share_file(e, f->pid[i] & PE_PARSE_PID, moment, f->path);
}

void pe_evidence_born(struct pe_evidence *e, uint32_t child, bool wanted)
{
	struct pe_table_word w = { .kind = PE_TABLE_NOTHING };
	struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);

	if (!t && !wanted)
		return;
	t = table_for_writing(e, &w.source);
	if (!t)
		return;
	w.tick = (uint64_t)pe_moment_now() / PE_MOMENT_TICK;
	pe_table_born(t, child, &w);
}

void pe_evidence_released(struct pe_evidence *e, uint32_t me, uint32_t child)
{
	struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);

	if (unlikely(t != NULL))
		pe_table_ended(t, child, me);
}

void pe_evidence_forget(struct pe_evidence *e)
{
	struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);
	struct pe_moment_pair run = e->run;
	int64_t shift = e->shift;

	if (t)
		pe_table_unmap(t);
	memset(e, 0, sizeof(*e));
	e->run = run;
	e->shift = shift;
}
