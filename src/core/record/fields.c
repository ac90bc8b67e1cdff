/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/fields.h"

void pe_fields_name(struct pe_text *t, const char *name)
{
	if (t->at[-1] != '{')
		pe_text_add(t, ",");
	pe_text_add(t, "\"");
	pe_text_add(t, name);
	pe_text_add(t, "\":");
}

void pe_fields_number(struct pe_text *t, const char *name, uint64_t n)
{
	pe_fields_name(t, name);
	pe_text_decimal(t, n);
}

void pe_fields_text(struct pe_text *t, const char *name, const char *value)
{
	pe_fields_name(t, name);
	pe_text_add(t, "\"");
	pe_text_json(t, value);
	pe_text_add(t, "\"");
}

static void add_address(struct pe_text *t, uint64_t n)
{
	pe_text_add(t, "\"0x");
	pe_text_hex(t, n, 1);
	pe_text_add(t, "\"");
}

void pe_fields_address(struct pe_text *t, const char *name, uint64_t n)
{
	pe_fields_name(t, name);
	add_address(t, n);
}

void pe_fields_addresses(struct pe_text *t, const char *name, const uintptr_t *list, size_t count)
{
	pe_fields_name(t, name);
	pe_text_add(t, "[");
	for (size_t i = 0; i < count; i++) {
		if (i)
			pe_text_add(t, ",");
		add_address(t, list[i]);
	}
	pe_text_add(t, "]");
}

void pe_fields_object(struct pe_text *t, const char *name)
{
	pe_fields_name(t, name);
	pe_text_add(t, "{");
}
