// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/run_table.h"

#include "core/evidence/ancestry.h"
#include "core/evidence/words.h"
#include "core/time/identity.h"

/* It stays attached. To find that there is none yet costs one call. */
static struct pe_table *table_of_run(void)
{
	static struct pe_table *table;
	static char name[PE_TABLE_NAME];

	if (!table && (name[0] || pe_table_name(name)))
		table = pe_table_map_at(name, false);
	return table;
}

static bool describe(const struct pe_worker_call *c, struct pe_ancestry_of *of)
{
	return c->peer->ns < 0 && pe_evidence_self((uint32_t)c->peer->tgid, of);
}

bool pe_run_table_acquits(const struct pe_worker_call *c, int pid)
{
	const struct pe_table *t = table_of_run();
	struct pe_identity_holder holder;
	struct pe_ancestry_of of;
	struct pe_table_word w;
	char path[PE_TABLE_PATH];

	return t && describe(c, &of) && pe_identity_describe((uint32_t)pid, &holder) == 0 &&
	       pe_words_shared(t, (uint32_t)pid, &of, &w, path) >=
		       (int64_t)holder.start * PE_MOMENT_TICK;
}

bool pe_run_table_descends(const struct pe_worker_call *c, int pid)
{
	struct pe_ancestry_of of;

	return describe(c, &of) && pe_ancestry_descends(table_of_run(), (uint32_t)pid, &of);
}

/* @who: describes @pid. false: it was known */
static bool write_birth(struct pe_table *t, uint32_t pid, const struct pe_identity_holder *who)
{
	struct pe_table_word w = { .tick = who->start, .source = who->ppid }, old;

	if (pe_table_parent(t, pid, &old) && old.kind != PE_TABLE_ENDED && old.tick >= who->start)
		return false;
	pe_table_born(t, pid, &w);
	return true;
}

void pe_run_table_born(int tid)
{
	struct pe_table *t = table_of_run();
	struct pe_identity_holder who;
	uint32_t pid = (uint32_t)tid;

	for (; t && pid > 1; pid = who.ppid)
		if (pe_identity_describe(pid, &who) != 0 || !write_birth(t, pid, &who))
			return;
}
