/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/stack/trace.h"

struct pe_trace *pe_trace_make(const struct pe_unwind *u)
{
	struct pe_trace *t = pe_sys_mmap(sizeof(*t));

	if (t == MAP_FAILED)
		return NULL;
	t->unwind = *u;
	t->unwind.cache = &t->cache;
	return t;
}

static uint32_t hash_of(const struct pe_trace_stack *s)
{
	uint64_t h = s->depth;

	for (uint32_t i = 0; i < s->depth; i++)
		h = (h ^ s->frame[i]) * UINT64_C(0x9e3779b97f4a7c15), h ^= h >> 29;
	return (uint32_t)(h >> 32);
}

static bool same(const struct pe_trace_stack *a, const struct pe_trace_stack *b)
{
	return a->hash == b->hash && a->depth == b->depth &&
	       memcmp(a->frame, b->frame, a->depth * sizeof(a->frame[0])) == 0;
}

/* Copy @s into a place of its own, which no other thread can find yet. 0: all places are in use. */
static uint32_t copy_in(struct pe_trace *t, const struct pe_trace_stack *s)
{
	uint32_t at = atomic_load_explicit(&t->used, memory_order_relaxed);

	if (at >= PE_TRACE_STACKS)
		return 0;
	at = atomic_fetch_add_explicit(&t->used, 1, memory_order_relaxed);
	if (at >= PE_TRACE_STACKS)
		return 0;
	t->stack[at] = *s;
	return at + 1;
}

/* trace.3. If another thread stores the same stack at the same time, one copy is lost together with
 * its place. */
static uint32_t keep(struct pe_trace *t, const struct pe_trace_stack *s)
{
	uint32_t name = 0;

	for (uint32_t i = 0; i < PE_TRACE_INDEX; i++) {
		_Atomic uint32_t *place = &t->index[(s->hash + i) % PE_TRACE_INDEX];
		/* acquire: the stack behind the name */
		uint32_t seen = atomic_load_explicit(place, memory_order_acquire);

		if (seen == 0) {
			name = name ? name : copy_in(t, s);
			/* release: after the copy */
			if (name == 0 ||
			    atomic_compare_exchange_strong_explicit(
				    place, &seen, name, memory_order_release, memory_order_acquire))
				return name;
		}
		if (same(&t->stack[seen - 1], s))
			return seen;
	}
	return 0;
}

uint32_t pe_trace_take(struct pe_trace *t)
{
	struct pe_trace_stack s;

	s.depth = pe_unwind_here(&t->unwind, s.frame, PE_TRACE_DEPTH);
	if (s.depth == 0)
		return 0;
	s.hash = hash_of(&s);
	return keep(t, &s);
}

const struct pe_trace_stack *pe_trace_stack(const struct pe_trace *t, uint32_t name)
{
	return name > 0 && name <= PE_TRACE_STACKS ? &t->stack[name - 1] : NULL;
}

static void set(struct pe_trace_mark *m, uint32_t stack, uint32_t tid)
{
	atomic_store_explicit(&m->stack, stack, memory_order_relaxed);
	atomic_store_explicit(&m->tid, tid, memory_order_relaxed);
}

void pe_trace_mark_born(struct pe_trace *t, uint32_t slot, uint32_t stack, uint32_t tid)
{
	if (slot >= PE_TRACE_MARKS)
		return;
	set(&t->mark[slot].born, stack, tid);
	set(&t->mark[slot].released, 0, 0);
}

void pe_trace_mark_released(struct pe_trace *t, uint32_t slot, uint32_t stack, uint32_t tid)
{
	if (slot < PE_TRACE_MARKS)
		set(&t->mark[slot].released, stack, tid);
}

void pe_trace_note_early_reap(struct pe_trace *t, const struct pe_trace_early_reap *s)
{
	t->early_reap[t->early_reaps++ % PE_TRACE_EARLY_REAPS] = *s;
}

bool pe_trace_take_early_reap(struct pe_trace *t, uint32_t pid, uint32_t since,
			      struct pe_trace_early_reap *s)
{
	for (uint32_t i = 0; i < PE_TRACE_EARLY_REAPS; i++)
		if (t->early_reap[i].pid == pid &&
		    (int32_t)(t->early_reap[i].early_reaps - since) >= 0) {
			*s = t->early_reap[i];
			t->early_reap[i].pid = 0;
			return true;
		}
	return false;
}
