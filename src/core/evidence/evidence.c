/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/text.h"
#include "core/evidence/evidence.h"

/* a word of this process: pid, kind, ms since boot */
#define PID_BITS  22
#define KIND_BITS 3

static uint64_t pack(uint32_t pid, enum pe_evidence_kind kind, int64_t ms)
{
	return (uint64_t)ms << (PID_BITS + KIND_BITS) | (uint64_t)kind << PID_BITS | pid;
}

struct word {
	enum pe_evidence_kind kind;
	int64_t moment;
};

static bool own_word(const struct pe_evidence *e, uint32_t pid, struct word *w)
{
	uint64_t word = atomic_load_explicit(&e->own[pid % PE_EVIDENCE_OWN], memory_order_relaxed);

	w->kind = word >> PID_BITS & ((1u << KIND_BITS) - 1);
	w->moment = (int64_t)(word >> (PID_BITS + KIND_BITS));
	return word && (word & ((1u << PID_BITS) - 1)) == pid;
}

static void note(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind, int64_t moment)
{
	struct word old;

	if (pid <= 1 || pid >= 1u << PID_BITS)
		return;
	/* a look does not replace a message or an argument as the source */
	if (kind == PE_EVIDENCE_LOOK && own_word(e, pid, &old) &&
	    (old.kind == PE_EVIDENCE_MESSAGE || old.kind == PE_EVIDENCE_ARGUMENT))
		kind = old.kind;
	atomic_store_explicit(&e->own[pid % PE_EVIDENCE_OWN], pack(pid, kind, moment),
			      memory_order_relaxed);
	atomic_store_explicit(&e->any, 1, memory_order_relaxed);
}

/* --- the table --- */

static struct pe_table *map_table(struct pe_evidence *e, bool may_make)
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

static struct pe_table *table_of(struct pe_evidence *e)
{
	struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);

	return likely(t) ? t : map_table(e, true);
}

/* The table, after this process's chain of parents was written to it: the chain may be gone when it
 * is needed. */
static struct pe_table *table_for_writing(struct pe_evidence *e, uint32_t *source)
{
	struct pe_table *t = table_of(e);
	uint32_t me = (uint32_t)pe_sys_getpid();

	*source = me;

	if (t && atomic_load_explicit(&e->published, memory_order_relaxed) != (int)me) {
		pe_kin_publish(t, me);
		atomic_store_explicit(&e->published, (int)me, memory_order_relaxed);
	}
	return t;
}

/* --- what is seen --- */

void pe_evidence_learn(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind)
{
	note(e, pid, kind, pe_moment_now());
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
	struct pe_table *t = table_of(e);

	if (!t || moment <= 0)
		return;
	/* first: who finds the word finds its origin */
	pe_table_set_origin(t, pid, path, moment);
	share(e, pid, w);
}

/* The program has the pid from its arguments, or from a pidfile that was read. */
static bool had_before(struct pe_evidence *e, uint32_t pid)
{
	return pe_evidence_has_argument(e, pid) || pe_files_has_pid(&e->files, pid);
}

/* evidence.3 */
void pe_evidence_looked(struct pe_evidence *e, uint32_t pid)
{
	int64_t now = pe_moment_now();
	bool listed = atomic_load_explicit(&e->listed, memory_order_relaxed) != 0;

	if (listed && had_before(e, pid))
		return;
	note(e, pid, PE_EVIDENCE_LOOK, now);
	if (listed)
		share_look(e, pid, now);
}

void pe_evidence_was_named(struct pe_evidence *e, uint32_t pid)
{
	int64_t now = pe_moment_now();

	note(e, pid, PE_EVIDENCE_LOOK, now);
	share_look(e, pid, now);
}

/* --- what is heard (evidence.7) --- */

/* The inode of a pipe or socket; 0: @fd is neither. */
static uint64_t stream_of(int fd)
{
	struct stat st;

	return pe_sys_fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		       ? st.st_ino
		       : 0;
}

/* A descendant looked the pid up: this process knows it since then. The table may hold the word
 * of any other process, or of an ended pid namespace whose inode number this one has. */
static void hear(struct pe_evidence *e, const struct pe_table *t, uint32_t pid)
{
	struct pe_table_word w;
	struct pe_kin_of of;

	if (pe_table_seen(t, pid, &w) && w.kind == PE_TABLE_LOOK &&
	    pe_evidence_self((uint32_t)pe_sys_getpid(), &of) &&
	    pe_kin_was_below(t, w.source, w.tick, &of))
		note(e, pid, PE_EVIDENCE_LOOK, (int64_t)w.tick * PE_MOMENT_TICK);
}

static bool has_digits(const char *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (data[i] >= '0' && data[i] <= '9')
			return true;
	return false;
}

/* @n: the number that @data continues, or 0. Returns the number that it ends with, or 0. */
static uint32_t hear_numbers(struct pe_evidence *e, const struct pe_table *t, uint32_t n,
			     const char *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (data[i] >= '0' && data[i] <= '9') {
			n = n > PE_PARSE_MAX ? n : n * 10 + (uint32_t)(data[i] - '0');
		} else if (n) {
			hear(e, t, n);
			n = 0;
		}
	}
	if (n)
		hear(e, t, n); /* the digits may be complete */
	return n;
}

void pe_evidence_heard(struct pe_evidence *e, int fd, const char *data, size_t bytes)
{
	const struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);
	uint64_t stream;

	if (!t || (e->part == 0 && !has_digits(data, bytes)) || (stream = stream_of(fd)) == 0)
		return;
	/* a program that reads byte by byte gets a pid in parts; the next pipe may have the same
	 * descriptor */
	e->part = hear_numbers(e, t, stream == e->part_stream ? e->part : 0, data, bytes);
	e->part_stream = stream;
	atomic_store_explicit(&e->heard, pe_moment_now(), memory_order_relaxed);
}

static struct pe_moment_pair clocks(const struct pe_evidence *e)
{
	struct pe_moment_pair now = pe_moment_read();

	now.real += e->shift;
	return now;
}

static int64_t to_boot(struct pe_moment_pair now, int64_t stamp)
{
	return stamp - (now.real - now.boot);
}

void pe_evidence_opened(struct pe_evidence *e, const char *path, bool at_cwd, int fd)
{
	const struct pe_files_entry *f = pe_files_opened(&e->files, path, at_cwd, fd);
	int64_t moment;

	if (likely(!f) || f->foreign)
		return;
	moment = to_boot(clocks(e), f->stamp + (f->no_nsec ? PE_MOMENT_NO_NSEC : 0));
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
	pe_table_bear(t, child, &w);
}

void pe_evidence_released(struct pe_evidence *e, uint32_t me, uint32_t child)
{
	struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);

	if (unlikely(t != NULL))
		pe_table_end(t, child, me);
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

/* --- what is known --- */

bool pe_evidence_self(uint32_t me, struct pe_kin_of *of)
{
	struct pe_identity_holder who;

	*of = (struct pe_kin_of){ .pid = me };
	if (pe_identity_describe(me, &who) != 0)
		return false;
	of->born = who.start;
	return true;
}

bool pe_evidence_concerns(struct pe_evidence *e, uint32_t pid)
{
	const struct pe_table *t;
	struct pe_table_word seen;
	struct word own;

	if (pid <= 1)
		return false;
	if (pe_files_may_name(&e->files, pid))
		return true;
	if (unlikely(atomic_load_explicit(&e->any, memory_order_relaxed)) && own_word(e, pid, &own))
		return true;
	t = table_of(e);
	return t && pe_table_seen(t, pid, &seen);
}

bool pe_evidence_concerns_look(struct pe_evidence *e, uint32_t pid)
{
	const struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);
	struct pe_table_word seen;
	struct word own;

	if (pid <= 1)
		return false;
	return pe_files_may_name(&e->files, pid) ||
	       (atomic_load_explicit(&e->any, memory_order_relaxed) && own_word(e, pid, &own) &&
		own.kind != PE_EVIDENCE_LOOK) ||
	       (t && pe_table_seen(t, pid, &seen) && seen.kind == PE_TABLE_FILE);
}

/* the latest evidence, and the latest that may accuse */
struct gathered {
	struct word latest, accuser;
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
		g->latest = (struct word){ kind, moment };
	if (!accuses || (g->accuser.kind && g->accuser.moment >= moment))
		return;
	g->accuser = (struct word){ kind, moment };
	g->source = source;
	pe_text_add(&text, path);
	pe_text_end(&text);
}

static bool boot_is_good(struct pe_evidence *e, struct pe_moment_pair now)
{
	uint32_t known = atomic_load_explicit(&e->boot, memory_order_relaxed);

	if (!known) {
		known = pe_moment_boot_is_good(now) ? 1 : 2;
		atomic_store_explicit(&e->boot, known, memory_order_relaxed);
	}
	return known == 1;
}

/* @trust: how far file stamps can be trusted for this holder. If the clock is not trusted, the
 * stamp converted by the offset at the run's start counts as well: the later of the two applies. */
static void take_file(struct pe_evidence *e, struct gathered *g, struct pe_moment_pair now,
		      enum pe_moment_trust trust, const struct pe_files_word *w)
{
	int64_t slack = (w->no_nsec ? PE_MOMENT_NO_NSEC : 0) +
			(trust == PE_MOMENT_MARGIN ? PE_MOMENT_BOOT_MARGIN : 0);
	int64_t moment = to_boot(now, w->stamp), then = to_boot(e->run, w->stamp);

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

/* The moment of a word of the table, in ms since boot. 0: it is not evidence, since no descendant
 * wrote it, or since this process wrote it from a file: then its own record has more detail. */
static int64_t shared_moment(const struct pe_table *t, uint32_t pid, const struct pe_kin_of *of,
			     struct pe_table_word *w, char *path)
{
	path[0] = '\0';
	/* evidence from before this process's birth belongs to its ancestors */
	if (!pe_table_seen(t, pid, w) || !pe_kin_was_below(t, w->source, w->tick, of))
		return 0;
	if (w->kind == PE_TABLE_LOOK)
		return (int64_t)w->tick * PE_MOMENT_TICK;
	return w->source == of->pid ? 0 : pe_table_origin(t, pid, path);
}

static void take_shared(struct pe_evidence *e, struct gathered *g, uint32_t pid,
			const struct pe_kin_of *of, enum pe_moment_trust trust)
{
	const struct pe_table *t = table_of(e);
	char path[PE_TABLE_PATH];
	struct pe_table_word w;
	struct word own;
	int64_t moment = t ? shared_moment(t, pid, of, &w, path) : 0;

	if (moment == 0)
		return;
	/* evidence.7: this process has read pids since, and not this one */
	if (w.kind == PE_TABLE_LOOK && own_word(e, pid, &own) && own.moment < moment &&
	    atomic_load_explicit(&e->heard, memory_order_relaxed) >= moment)
		return;
	if (w.kind == PE_TABLE_FILE && trust == PE_MOMENT_MARGIN)
		moment += PE_MOMENT_BOOT_MARGIN;
	take(g, w.kind == PE_TABLE_FILE ? PE_EVIDENCE_FILE : PE_EVIDENCE_LOOK, moment, true,
	     w.source == of->pid ? 0 : w.source, path);
}

static void gather(struct pe_evidence *e, struct gathered *g, uint32_t pid,
		   const struct pe_kin_of *of, struct pe_moment_pair now,
		   enum pe_moment_trust trust)
{
	int64_t listed = atomic_load_explicit(&e->listed, memory_order_relaxed);
	struct word own;

	if (own_word(e, pid, &own))
		take(g, own.kind, own.moment, true, 0, "");
	if (listed && !had_before(e, pid))
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

static void examine(struct pe_evidence *e, const struct pe_kin_of *of, uint32_t pid, int64_t after,
		    struct pe_evidence_finding *f)
{
	struct pe_moment_pair now = clocks(e);
	int64_t born = (int64_t)f->holder.start * PE_MOMENT_TICK;
	struct gathered g = { .own_files_count_not = after != 0, .me = (int)of->pid };
	enum pe_moment_trust trust;

	f->now = now.boot;
	if (born > now.boot + PE_MOMENT_TOLERANCE)
		return; /* another time namespace, or a restored process: not known */
	trust = pe_moment_trust(e->run, now, born, born >= e->run.boot || boot_is_good(e, now));
	gather(e, &g, pid, of, now, trust);
	if (g.latest.kind == PE_EVIDENCE_LOOK && g.accuser.moment == g.latest.moment && g.source)
		note(e, pid, PE_EVIDENCE_LOOK,
		     g.latest.moment); /* the caller has learned the pid by now */
	conclude(f, &g, born, after, trust);
}

void pe_evidence_examine(struct pe_evidence *e, uint32_t me, uint32_t pid, int64_t after,
			 struct pe_evidence_finding *f)
{
	struct pe_kin_of of;

	memset(f, 0, sizeof(*f));
	if (pid > 1 && pe_identity_describe(pid, &f->holder) == 0 && pe_evidence_self(me, &of))
		examine(e, &of, pid, after, f);
}

/* judge.2. A stamp within the tick of the birth counts as before it: only the parent could have
 * written the file since. So a program that replaces a lock left by a dead process goes on. */
void pe_evidence_examine_self(struct pe_evidence *e, uint32_t me, struct pe_evidence_finding *f)
{
	struct pe_moment_pair now = clocks(e);
	struct pe_files_word latest, accuser;
	enum pe_moment_trust trust;
	int64_t born, moment;

	memset(f, 0, sizeof(*f));
	if (!pe_files_may_name(&e->files, me) || pe_identity_describe(me, &f->holder) != 0 ||
	    !pe_files_say(&e->files, me, &latest, &accuser) || !accuser.path[0] ||
	    latest.writer == (int)me)
		return;
	born = (int64_t)f->holder.start * PE_MOMENT_TICK;
	trust = pe_moment_trust(e->run, now, born, born >= e->run.boot || boot_is_good(e, now));
	moment = to_boot(now, latest.stamp) + (latest.no_nsec ? PE_MOMENT_NO_NSEC : 0) +
		 (trust == PE_MOMENT_MARGIN ? PE_MOMENT_BOOT_MARGIN : 0);
	f->kind = PE_EVIDENCE_FILE;
	f->now = now.boot;
	f->moment = moment;
	memcpy(f->path, accuser.path, sizeof(f->path));
	if (trust != PE_MOMENT_UNSURE && moment < born + PE_MOMENT_TICK)
		f->verdict = PE_EVIDENCE_STALE;
}

/* --- handed on (arguments.h) --- */

/* The moment of a file, if its stamp can be trusted for any holder of the pid. */
static int64_t file_moment(struct pe_evidence *e, uint32_t pid)
{
	struct pe_moment_pair now = clocks(e);
	struct pe_files_word latest, accuser;
	int64_t moment;

	if (!pe_files_may_name(&e->files, pid) ||
	    !pe_files_say(&e->files, pid, &latest, &accuser) || !accuser.path[0])
		return 0;
	moment = to_boot(now, latest.stamp) + (latest.no_nsec ? PE_MOMENT_NO_NSEC : 0);
	return pe_moment_trust(e->run, now, moment, boot_is_good(e, now)) == PE_MOMENT_UNSURE ||
			       moment <= 0
		       ? 0
		       : moment;
}

static int64_t moment_in_table(struct pe_evidence *e, uint32_t me, uint32_t pid)
{
	const struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);
	char path[PE_TABLE_PATH];
	struct pe_table_word w;
	struct pe_kin_of of;

	/* no table exists if no program of this user has made a look */
	if (!t)
		t = map_table(e, false);
	return t && pe_evidence_self(me, &of) ? shared_moment(t, pid, &of, &w, path) : 0;
}

int64_t pe_evidence_to_hand_on(struct pe_evidence *e, uint32_t me, uint32_t pid, bool may_read)
{
	int64_t moment = 0, other;
	struct word own;

	if (own_word(e, pid, &own))
		moment = own.moment;
	other = moment_in_table(e, me, pid);
	moment = other > moment ? other : moment;
	other = may_read ? file_moment(e, pid) : 0;
	return other > moment ? other : moment;
}
