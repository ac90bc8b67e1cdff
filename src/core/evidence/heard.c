/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/evidence/evidence.h"
#include "core/evidence/words.h"

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
	struct pe_ancestry_of of;

	if (pe_table_seen(t, pid, &w) && w.kind == PE_TABLE_LOOK &&
	    pe_evidence_self((uint32_t)pe_sys_getpid(), &of) &&
	    pe_ancestry_was_below(t, w.source, w.tick, &of))
		pe_words_note(e, pid, PE_EVIDENCE_LOOK, (int64_t)w.tick * PE_MOMENT_TICK);
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
