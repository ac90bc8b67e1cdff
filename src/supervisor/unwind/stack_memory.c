// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_memory.h"

#include <string.h>

#define PAGE	4096u
#define PLACES	64u
#define INVALID 1u /* not the address of a page */

static struct page {
	uint64_t at;
	bool is_there;
	uint8_t byte[PAGE];
} place[PLACES];

static struct {
	const struct pe_memory *memory;
	unsigned int pages, reads;
	const uint8_t *table;
	size_t table_bytes;
} now;

void pe_stack_memory_begin(const struct pe_memory *m)
{
	memset(&now, 0, sizeof(now));
	now.memory = m;
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
		to = (char *)to + n;
		at += n;
		bytes -= n;
	}
	return true;
}
