/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/evidence/segment.h"
#include "core/record/tally.h"

void pe_tally_open(struct pe_settings *set)
{
	set->tally = pe_segment_attach(set->summary, sizeof(struct pe_tally), false);
}

void pe_tally_add(const struct pe_settings *set, size_t offset)
{
	if (set->tally)
		atomic_fetch_add_explicit((_Atomic uint32_t *)((char *)set->tally + offset), 1,
					  memory_order_relaxed);
}

void pe_tally_fail(const struct pe_settings *set, size_t offset, size_t where, int error)
{
	if (!set->tally)
		return;
	pe_tally_add(set, offset);
	atomic_store_explicit((_Atomic int32_t *)((char *)set->tally + where), error,
			      memory_order_relaxed);
}
