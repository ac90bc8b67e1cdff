/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "core/evidence/evidence.h"
#include "core/evidence/words.h"

bool pe_evidence_self(uint32_t me, struct pe_ancestry_of *of)
{
	struct pe_identity_holder who;

	*of = (struct pe_ancestry_of){ .pid = me };
	if (pe_identity_describe(me, &who) != 0)
		return false;
	of->born = who.start;
	return true;
}

bool pe_evidence_concerns(struct pe_evidence *e, uint32_t pid)
{
	const struct pe_table *t;
	struct pe_table_word seen;
	struct pe_word own;

	if (pid <= 1)
		return false;
	if (pe_files_may_name(&e->files, pid))
		return true;
	if (unlikely(atomic_load_explicit(&e->any, memory_order_relaxed)) &&
	    pe_words_own(e, pid, &own))
		return true;
	t = pe_words_table(e);
	return t && pe_table_seen(t, pid, &seen);
}

bool pe_evidence_concerns_look(struct pe_evidence *e, uint32_t pid)
{
	const struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);
	struct pe_table_word seen;
	struct pe_word own;

	if (pid <= 1)
		return false;
	return pe_files_may_name(&e->files, pid) ||
	       (atomic_load_explicit(&e->any, memory_order_relaxed) && pe_words_own(e, pid, &own) &&
		own.kind != PE_EVIDENCE_LOOK) ||
	       (t && pe_table_seen(t, pid, &seen) && seen.kind == PE_TABLE_FILE);
}

/* the latest evidence, and the latest that may accuse */
struct gathered {
	struct pe_word latest, accuser;
	bool own_files_count_not; /* evidence.8 */
	int me;
	uint32_t source;
	char path[PE_FILES_PATH];
};

static void take(struct gathered *g, enum pe_evidence_kind kind, int64_t moment, bool accuses,
		 uint32_t source, const char *path)
{
	struct pe_text text = pe_text_on(g->path, sizeof(g->path));

	if (moment > g->latest.moment || g->latest.kind == PE_EVIDENCE_NOTHING)
		g->latest = (struct pe_word){ kind, moment };
	if (!accuses || (g->accuser.kind && g->accuser.moment >= moment))
		return;
	g->accuser = (struct pe_word){ kind, moment };
	g->source = source;
	pe_text_add(&text, path);
	pe_text_end(&text);
}

/* @trust: how far file stamps can be trusted for this holder. If the clock is not trusted, the
 * stamp converted by the offset at the run's start counts as well: the later of the two applies. */
static void take_file(struct pe_evidence *e, struct gathered *g, struct pe_moment_pair now,
		      enum pe_moment_trust trust, const struct pe_files_word *w)
{
	int64_t slack = (w->no_nsec ? PE_MOMENT_NO_NSEC : 0) +
			(trust == PE_MOMENT_MARGIN ? PE_MOMENT_BOOT_MARGIN : 0);
	int64_t moment = pe_words_to_boot(now, w->stamp), then = pe_words_to_boot(e->run, w->stamp);

	/* evidence.8 */
	if (g->own_files_count_not && w->writer == g->me)
		return;
	if (trust == PE_MOMENT_UNSURE && then > moment)
		moment = then;
	take(g, PE_EVIDENCE_FILE, moment + slack, w->accuses, 0, w->path);
}

static void take_files(struct pe_evidence *e, struct gathered *g, uint32_t pid,
		       struct pe_moment_pair now, enum pe_moment_trust trust)
{
	struct pe_files_word latest, accuser;

	if (!pe_files_say(&e->files, pid, &latest, &accuser))
		return;
	take_file(e, g, now, trust, &latest);
	if (accuser.path[0])
		take_file(e, g, now, trust, &accuser);
}

static void take_shared(struct pe_evidence *e, struct gathered *g, uint32_t pid,
			const struct pe_ancestry_of *of, enum pe_moment_trust trust)
{
	const struct pe_table *t = pe_words_table(e);
	char path[PE_TABLE_PATH];
	struct pe_table_word w;
	struct pe_word own;
	int64_t moment = t ? pe_words_shared(t, pid, of, &w, path) : 0;

	if (moment == 0)
		return;
	/* evidence.7: this process has read pids since, and not this one */
	if (w.kind == PE_TABLE_LOOK && pe_words_own(e, pid, &own) && own.moment < moment &&
	    atomic_load_explicit(&e->input, memory_order_relaxed) >= moment)
		return;
	if (w.kind == PE_TABLE_FILE && trust == PE_MOMENT_MARGIN)
		moment += PE_MOMENT_BOOT_MARGIN;
	take(g, w.kind == PE_TABLE_FILE ? PE_EVIDENCE_FILE : PE_EVIDENCE_LOOK, moment, true,
	     w.source == of->pid ? 0 : w.source, path);
}

static void gather(struct pe_evidence *e, struct gathered *g, uint32_t pid,
		   const struct pe_ancestry_of *of, struct pe_moment_pair now,
		   enum pe_moment_trust trust)
{
	int64_t listed = atomic_load_explicit(&e->listed, memory_order_relaxed);
	struct pe_word own;

	if (pe_words_own(e, pid, &own) && own.kind != PE_EVIDENCE_PIPED)
		take(g, own.kind, own.moment, own.kind != PE_EVIDENCE_TOLD, 0, "");
	if (listed && !pe_words_had_before(e, pid))
		take(g, PE_EVIDENCE_LOOK, listed, false, 0, "");
	take_shared(e, g, pid, of, trust);
	take_files(e, g, pid, now, trust);
}

static void conclude(struct pe_evidence_finding *f, const struct gathered *g, int64_t born,
		     int64_t after, enum pe_moment_trust trust)
{
	if (g->latest.kind == PE_EVIDENCE_NOTHING)
		return;
	f->verdict = PE_EVIDENCE_UNKNOWN;
	if (born <= g->latest.moment + (after ? 0 : PE_MOMENT_TOLERANCE)) {
		/* a moment of the table is rounded down to a tick: it may be later than it says */
		f->verdict = g->latest.moment + PE_MOMENT_TICK >= after ? PE_EVIDENCE_FRESH
									: PE_EVIDENCE_UNKNOWN;
		f->kind = g->latest.kind;
		f->moment = g->latest.moment;
		return;
	}
	if (g->accuser.kind == PE_EVIDENCE_NOTHING)
		return;
	f->verdict = g->accuser.kind == PE_EVIDENCE_FILE && trust == PE_MOMENT_UNSURE
			     ? PE_EVIDENCE_UNSURE
			     : PE_EVIDENCE_STALE;
	f->kind = g->accuser.kind;
	f->moment = g->accuser.moment;
	f->source = g->source;
	memcpy(f->path, g->path, sizeof(f->path));
}

static void examine(struct pe_evidence *e, const struct pe_ancestry_of *of, uint32_t pid,
		    int64_t after, struct pe_evidence_finding *f)
{
	struct pe_moment_pair now = pe_words_clocks(e);
	int64_t born = (int64_t)f->holder.start * PE_MOMENT_TICK;
	struct gathered g = { .own_files_count_not = after != 0, .me = (int)of->pid };
	enum pe_moment_trust trust;

	f->now = now.boot;
	if (born > now.boot + PE_MOMENT_TOLERANCE)
		return; /* another time namespace, or a restored process: not known */
	trust = pe_moment_trust(e->run, now, born,
				born >= e->run.boot || pe_words_boot_is_good(e, now));
	gather(e, &g, pid, of, now, trust);
	if (g.latest.kind == PE_EVIDENCE_LOOK && g.accuser.moment == g.latest.moment && g.source)
		pe_words_note(e, pid, PE_EVIDENCE_LOOK,
			      g.latest.moment); /* the caller has learned the pid by now */
	conclude(f, &g, born, after, trust);
}

void pe_evidence_examine(struct pe_evidence *e, uint32_t me, uint32_t pid, int64_t after,
			 struct pe_evidence_finding *f)
{
	struct pe_ancestry_of of;

	memset(f, 0, sizeof(*f));
	if (pid > 1 && pe_identity_describe(pid, &f->holder) == 0 && pe_evidence_self(me, &of))
		examine(e, &of, pid, after, f);
}

/* judge.2. A stamp within the tick of the birth counts as before it: only the parent could have
 * written the file since. So a program that replaces a lock left by a dead process goes on. */
void pe_evidence_examine_self(struct pe_evidence *e, uint32_t me, struct pe_evidence_finding *f)
{
	struct pe_moment_pair now = pe_words_clocks(e);
	struct pe_files_word latest, accuser;
	enum pe_moment_trust trust;
	int64_t born, moment;

	memset(f, 0, sizeof(*f));
	if (!pe_files_may_name(&e->files, me) || pe_identity_describe(me, &f->holder) != 0 ||
	    !pe_files_say(&e->files, me, &latest, &accuser) || !accuser.path[0] ||
	    latest.writer == (int)me)
		return;
	born = (int64_t)f->holder.start * PE_MOMENT_TICK;
	trust = pe_moment_trust(e->run, now, born,
				born >= e->run.boot || pe_words_boot_is_good(e, now));
	moment = pe_words_to_boot(now, latest.stamp) + (latest.no_nsec ? PE_MOMENT_NO_NSEC : 0) +
		 (trust == PE_MOMENT_MARGIN ? PE_MOMENT_BOOT_MARGIN : 0);
	f->kind = PE_EVIDENCE_FILE;
	f->now = now.boot;
	f->moment = moment;
	memcpy(f->path, accuser.path, sizeof(f->path));
	if (trust != PE_MOMENT_UNSURE && moment < born + PE_MOMENT_TICK)
		f->verdict = PE_EVIDENCE_STALE;
}
