/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/frame/stats.h"
#include "core/frame/sync_point.h"

void pe_stats_of(const struct pe_frame *p, size_t most, struct pe_stats *a)
{
	a->now = pe_clock_now(&p->clock);
	a->sync = atomic_load(&p->sync.point);
	a->children = atomic_load_explicit(&p->slots.live, memory_order_relaxed);
	a->released = atomic_load_explicit(&p->released, memory_order_relaxed);
	a->bytes = pe_arena_bytes(&p->slots) + pe_arena_bytes(&p->leaf) +
		   pe_arena_bytes(&p->inner) + pe_arena_bytes(&p->records) +
		   pe_arena_bytes(&p->foreign.known) + pe_arena_bytes(&p->groups.led.known);
	a->old_bytes = pe_tree_old_bytes(&p->tree);
	a->bound = most ? most : PE_SYNC_POINT_OLD_BYTES;
	a->retired_early = atomic_load(&p->sync.retired_early);
}
