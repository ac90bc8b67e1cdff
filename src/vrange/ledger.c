/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/ledger.h"

#define FIRST_ROOM (2 * VR_PAGE / sizeof(struct vr_ledger_entry))

/* A change replaces a run of entries by at most three: the rest of the first one, the new one, the
 * rest of the last one. */
#define MOST_ADDED 2

int vr_ledger_reserve(struct vr_ledger *l, size_t changes)
{
	const size_t need = l->n + changes * MOST_ADDED;
	size_t room = l->room ? l->room : FIRST_ROOM;
	struct vr_ledger_entry *entry;

	if (need <= l->room)
		return 0;
	while (room < need)
		room *= 2;
	entry = pe_sys_mmap(room * sizeof(*entry));
	if (entry == MAP_FAILED)
		return -ENOMEM;
	if (l->entry) {
		memcpy(entry, l->entry, l->n * sizeof(*entry));
		pe_sys_munmap(l->entry, l->room * sizeof(*entry));
	}
	l->entry = entry;
	l->room = room;
	return 0;
}

size_t vr_ledger_find(const struct vr_ledger *l, uintptr_t at)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->entry[middle].span.end > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct vr_ledger_entry *vr_ledger_first(const struct vr_ledger *l, struct vr_span s)
{
	size_t i = vr_ledger_find(l, s.start);

	return i < l->n && l->entry[i].span.start < s.end ? &l->entry[i] : NULL;
}

/* the part of @e that lies in @s */
static struct vr_ledger_entry cut(struct vr_ledger_entry e, struct vr_span s)
{
	const struct vr_span part = vr_span_common(e.span, s);

	e.first += (part.start - e.span.start) / VR_PAGE;
	e.span = part;
	return e;
}

static void leave(struct vr_ledger *l, const struct vr_ledger_entry *e)
{
	l->bytes -= vr_span_bytes(e->span);
	if (e->witness && --e->witness->references == 0)
		vr_witness_delete(e->witness);
}

static void enter(struct vr_ledger *l, const struct vr_ledger_entry *e)
{
	l->bytes += vr_span_bytes(e->span);
	if (e->witness)
		e->witness->references++;
}

/* Puts @count entries in place of those from @at up to, not including, @to. */
static void replace(struct vr_ledger *l, size_t at, size_t to, const struct vr_ledger_entry *with,
		    size_t count)
{
	for (size_t i = 0; i < count; i++)
		enter(l, &with[i]);
	for (size_t i = at; i < to; i++)
		leave(l, &l->entry[i]);
	memmove(&l->entry[at + count], &l->entry[to], (l->n - to) * sizeof(*l->entry));
	memcpy(&l->entry[at], with, count * sizeof(*with));
	l->n += count;
	l->n -= to - at;
}

/* Everything in @s goes; @with, if not NULL, comes. */
static void change(struct vr_ledger *l, struct vr_span s, const struct vr_ledger_entry *with)
{
	size_t at = vr_ledger_find(l, s.start), to = at, count = 0;
	struct vr_ledger_entry left[3];

	while (to < l->n && l->entry[to].span.start < s.end)
		to++;
	if (at < to && l->entry[at].span.start < s.start) {
		const struct vr_span before = { 0, s.start };

		left[count++] = cut(l->entry[at], before);
	}
	if (with)
		left[count++] = *with;
	if (at < to && l->entry[to - 1].span.end > s.end) {
		const struct vr_span after = { s.end, UINTPTR_MAX };

		left[count++] = cut(l->entry[to - 1], after);
	}
	replace(l, at, to, left, count);
}

void vr_ledger_set(struct vr_ledger *l, struct vr_ledger_entry e)
{
	change(l, e.span, &e);
}

void vr_ledger_clear(struct vr_ledger *l, struct vr_span s)
{
	change(l, s, NULL);
}
