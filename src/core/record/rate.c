/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/rate.h"

/* rate.2 */
static void start_at_zero(struct pe_rate *r, uint64_t owner)
{
	if (atomic_exchange_explicit(&r->owner, owner, memory_order_relaxed) == owner)
		return;
	atomic_store_explicit(&r->second, 0, memory_order_relaxed);
	atomic_store_explicit(&r->left_out, 0, memory_order_relaxed);
}

bool pe_rate_allows(struct pe_rate *r, uint64_t owner, uint32_t pid, uint32_t second)
{
	start_at_zero(r, owner);
	if (atomic_exchange_explicit(&r->second, second, memory_order_relaxed) != second)
		for (uint32_t i = 0; i < PE_RATE_CLASSES; i++)
			atomic_store_explicit(&r->written[i], 0, memory_order_relaxed);
	if (atomic_fetch_add_explicit(&r->written[pid % PE_RATE_CLASSES], 1, memory_order_relaxed) <
	    PE_RATE_MOST)
		return true;
	atomic_fetch_add_explicit(&r->left_out, 1, memory_order_relaxed);
	return false;
}

uint32_t pe_rate_take_left_out(struct pe_rate *r)
{
	return atomic_exchange_explicit(&r->left_out, 0, memory_order_relaxed);
}
