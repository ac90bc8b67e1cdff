/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/evidence/segment.h"
#include "core/record/tally.h"

static struct pe_tally *attach(const struct pe_settings *set)
{
	return set->summary ? pe_segment_attach(set->summary, sizeof(struct pe_tally), false)
			    : NULL;
}

static void add(struct pe_tally *t, size_t offset)
{
	atomic_fetch_add_explicit((_Atomic uint32_t *)((char *)t + offset), 1,
				  memory_order_relaxed);
}

void pe_tally_add(const struct pe_settings *set, size_t offset)
{
	struct pe_tally *t = attach(set);

	if (!t)
		return;
	add(t, offset);
	pe_segment_detach(t);
}

void pe_tally_fail(const struct pe_settings *set, size_t offset, size_t where, int error)
{
	struct pe_tally *t = attach(set);

	if (!t)
		return;
	add(t, offset);
	atomic_store_explicit((_Atomic int32_t *)((char *)t + where), error, memory_order_relaxed);
	pe_segment_detach(t);
}
