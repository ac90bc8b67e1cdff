// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/contract.h"

#include "core/mechanisms.h"

#define NAME(id, name, text) name,
static const char names[PE_MECHANISM_COUNT][10] = { PE_MECHANISMS(NAME) };
#undef NAME

static uint32_t bit_of(const char *name, size_t length)
{
	for (uint32_t i = 0; i < PE_MECHANISM_COUNT; i++)
		if (length < sizeof(names[i]) && memcmp(names[i], name, length) == 0 &&
		    names[i][length] == '\0')
			return UINT32_C(1) << i;
	return 0;
}

bool pe_mechanisms_parse(const char *list, uint32_t *old)
{
	bool known = true;

	*old = 0;
	while (*list) {
		const char *end = list;
		uint32_t bit;

		while (*end && *end != ',')
			end++;
		bit = bit_of(list, (size_t)(end - list));
		known = known && bit;
		*old |= bit;
		list = end + (*end == ',');
	}
	return known;
}
