/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/call.h"

const char *pe_call_name(unsigned int call)
{
#define PE_CALL_TEXT(name, text) text,
	/* an array of characters needs no relocation; an array of pointers would */
	static const char names[PE_CALL_COUNT][40] = { PE_CALLS(PE_CALL_TEXT) };
#undef PE_CALL_TEXT

	return names[call < PE_CALL_COUNT ? call : 0];
}
