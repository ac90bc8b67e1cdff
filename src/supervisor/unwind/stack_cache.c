// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_cache.h"

#include <string.h>

#define KEPT 16u

static struct kept {
	struct pe_registers registers;
	struct pe_stack_words words;
	struct pe_stack_result result; /* modules 0: the place is free */
} kept[KEPT];

static bool are_unchanged(const struct pe_memory *m, const struct pe_stack_words *words)
{
	uint64_t value;

	for (uint32_t i = 0; i < words->count; i++)
		if (pe_memory_read(m, words->word[i].at, &value, sizeof(value)) != 0 ||
		    value != words->word[i].value)
			return false;
	return true;
}

const struct pe_stack_result *pe_stack_cache_find(const struct pe_memory *m,
						  const struct pe_registers *r, uint64_t modules)
{
	for (struct kept *k = kept; modules && k < kept + KEPT; k++)
		if (k->result.modules == modules && memcmp(&k->registers, r, sizeof(*r)) == 0 &&
		    are_unchanged(m, &k->words))
			return &k->result;
	return NULL;
}

void pe_stack_cache_keep(const struct pe_registers *r, const struct pe_stack_words *words,
			 const struct pe_stack_result *result)
{
	static unsigned int next;

	if (!result->modules || result->end == PE_STACK_END_LIMIT || words->count > PE_STACK_WORDS)
		return;
	kept[next++ % KEPT] = (struct kept){ *r, *words, *result };
}
