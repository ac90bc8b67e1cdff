// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_memory.h"

#include <string.h>

#define PAGE	4096u
#define PLACES	64u
#define INVALID 1u /* not the address of a page */

static struct page {
	uint64_t at;
	bool is_there, is_constant; /* constant: the process cannot write it */
	uint8_t byte[PAGE];
} place[PLACES];

static struct {
	const struct pe_memory *memory;
	struct pe_stack_words *words;
	unsigned int pages, reads;
	const uint8_t *table;
	size_t table_bytes;
} now;

void pe_stack_memory_begin(const struct pe_memory *m, struct pe_stack_words *words)
{
	memset(&now, 0, sizeof(now));
	now.memory = m;
	now.words = words;
	words->count = 0;
	for (unsigned int i = 0; i < PLACES; i++)
		place[i].at = INVALID;
}

void pe_stack_memory_put(const void *table, size_t bytes)
{
	now.table = table;
	now.table_bytes = bytes;
}

bool pe_stack_memory_is_spent(void)
{
	return now.pages >= PE_STACK_MEMORY_PAGES || now.reads >= PE_STACK_MEMORY_READS;
}

static const struct page *get_page(uint64_t at)
{
	struct page *p = &place[at / PAGE % PLACES];

	if (p->at == at)
		return p->is_there ? p : NULL;
	if (now.pages++ >= PE_STACK_MEMORY_PAGES)
		return NULL;
	p->at = at;
	p->is_constant = !pe_memory_is_writable(now.memory, at, PAGE);
	p->is_there = pe_memory_read(now.memory, at, p->byte, PAGE) == 0;
	return p->is_there ? p : NULL;
}

static bool read_table(uint64_t from, void *to, size_t bytes)
{
	if (from > now.table_bytes || bytes > now.table_bytes - from)
		return false;
	memcpy(to, now.table + from, bytes);
	return true;
}

/* What was read at @at is part of a page that may change. */
static void note(uint64_t at, const void *from, size_t bytes)
{
	struct pe_stack_words *w = now.words;

	for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
		if (bytes % sizeof(uint64_t) != 0 || w->count >= PE_STACK_WORDS) {
			w->count = PE_STACK_WORDS + 1;
			return;
		}
		w->word[w->count].at = at + i;
		memcpy(&w->word[w->count++].value, (const char *)from + i, sizeof(uint64_t));
	}
}

bool pe_stack_memory_read(uint64_t at, void *to, size_t bytes)
{
	if (now.reads++ >= PE_STACK_MEMORY_READS)
		return false;
	if (at >= PE_STACK_MEMORY_TABLE)
		return read_table(at - PE_STACK_MEMORY_TABLE, to, bytes);
	while (bytes) {
		const struct page *p = get_page(at & ~(uint64_t)(PAGE - 1));
		size_t from = at % PAGE, n = bytes < PAGE - from ? bytes : PAGE - from;

		if (!p)
			return false;
		memcpy(to, p->byte + from, n);
		if (!p->is_constant)
			note(at, to, n);
		to = (char *)to + n;
		at += n;
		bytes -= n;
	}
	return true;
}
