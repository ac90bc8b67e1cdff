/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/frame/frame.h"
#include "core/sys.h"
#include "core/text.h"
#include "core/evidence/binary.h"
#include "core/evidence/evidence.h"
#include "core/evidence/words.h"

/* what a text is read from, and who wants it */
struct source {
	struct pe_evidence *e;
	const struct pe_table *t; /* or NULL */
	struct pe_frame *p;	  /* or NULL */
	bool own;		  /* this process made the stream */
};

/* --- a look by a descendant (evidence.7) --- */

/* A descendant looked the pid up: this process knows it since then. The table may hold the word
 * of any other process, or of an ended pid namespace whose inode number this one has. */
static void note_look(const struct source *s, uint32_t pid)
{
	struct pe_table_word w;
	struct pe_ancestry_of of;

	if (pe_table_seen(s->t, pid, &w) && w.kind == PE_TABLE_LOOK &&
	    pe_evidence_self((uint32_t)pe_sys_getpid(), &of) &&
	    pe_ancestry_was_below(s->t, w.source, w.tick, &of))
		pe_words_note(s->e, pid, PE_EVIDENCE_LOOK, (int64_t)w.tick * PE_MOMENT_TICK);
}

/* --- told by another process (evidence.9) --- */

static bool has_descendant_shown(const struct source *s, uint32_t pid)
{
	const struct pe_table *t = s->t ? s->t : pe_words_map(s->e, false);
	char path[PE_TABLE_PATH];
	struct pe_table_word w;
	struct pe_ancestry_of of;

	return t && pe_evidence_self((uint32_t)pe_sys_getpid(), &of) &&
	       pe_words_shared(t, pid, &of, &w, path) != 0;
}

/* Only where something is known that would make a call on @pid stale. */
static void be_told(const struct source *s, uint32_t pid)
{
	bool released = s->p && pe_frame_know(s->p, pid).what == PE_KNOWN_RELEASED;
	struct pe_word own;
	bool known = pe_words_own(s->e, pid, &own) && own.kind != PE_EVIDENCE_PIPED;

	if (likely(!released && !known && !pe_files_has_pid(&s->e->files, pid)))
		return;
	if (has_descendant_shown(s, pid))
		return;
	if (!s->own)
		pe_words_note(s->e, pid, PE_EVIDENCE_TOLD, pe_moment_now());
	else if (released && !known)
		pe_words_note(s->e, pid, PE_EVIDENCE_PIPED, pe_moment_now());
}

int64_t pe_evidence_piped(const struct pe_evidence *e, uint32_t pid)
{
	struct pe_word own;

	return pe_words_own(e, pid, &own) && own.kind == PE_EVIDENCE_PIPED ? own.moment : 0;
}

/* --- numbers in a text --- */

static void note_number(void *source, int pid)
{
	const struct source *s = source;

	if (pid <= 1 || pid > (int)PE_PARSE_MAX)
		return;
	if (s->t)
		note_look(s, (uint32_t)pid);
	be_told(s, (uint32_t)pid);
}

static bool has_digits(const char *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (data[i] >= '0' && data[i] <= '9')
			return true;
	return false;
}

/* a number in another form than decimal digits */
static void note_other_form(void *source, uint32_t pid)
{
	be_told(source, pid);
}

/* a number that need not continue the one before */
static void note_alone(void *source, int pid)
{
	if (pid > 1 && pid <= (int)PE_PARSE_MAX)
		be_told(source, (uint32_t)pid);
}

static void take_digits(struct source *s, uint64_t stream, const char *data, size_t bytes)
{
	struct pe_evidence *e = s->e;
	int part = stream && stream == e->part_stream ? e->part : 0;

	/* the digits may be those of a message, or have been peeked at before */
	if (part)
		note_alone(s, pe_text_numbers(0, data, bytes, note_alone, s));
	/* a program that reads byte by byte gets a pid in parts; the next pipe may have the same
	 * descriptor */
	e->part = pe_text_numbers(part, data, bytes, note_number, s);
	e->part_stream = stream;
	if (e->part)
		note_number(s, e->part); /* the digits may be complete */
}

void pe_evidence_input(struct pe_evidence *e, struct pe_frame *p, int fd, const char *data,
		       size_t bytes)
{
	struct source s = {
		.e = e,
		.t = atomic_load_explicit(&e->table, memory_order_acquire),
		.p = p,
	};
	bool digits = has_digits(data, bytes), typed = false;
	uint64_t stream = 0;

	if ((!digits && !e->part && bytes > PE_BINARY_MOST) ||
	    (fd >= 0 && (stream = pe_streams_of(fd, &typed)) == 0))
		return;
	s.own = stream && pe_streams_is_own(&e->streams, stream);
	if (digits || e->part)
		take_digits(&s, stream, data, bytes);
	if (!s.own)
		pe_binary_numbers(data, bytes, note_other_form, &s);
	if (digits && !typed)
		atomic_store_explicit(&e->input, pe_moment_now(), memory_order_relaxed);
}
