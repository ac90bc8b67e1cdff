/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <stdarg.h>

#include "vrange/boundary.h"
#include "vrange/move.h"

/* move.3 */
static void register_moved(struct vr_state *st, struct vr_ledger_entry *e)
{
	if (!(e->flags & VR_LEDGER_ZERO) && vr_kernel_register(vr_state_uffd(st), e->span) != 0)
		e->flags |= VR_LEDGER_LOST;
}

/* move.2 */
static void release_growth(struct vr_state *st, struct vr_span from, struct vr_span to)
{
	const struct vr_span growth = { to.start + vr_span_bytes(from), to.end };

	if (growth.start >= growth.end)
		return;
	vr_kernel_unregister(vr_state_uffd(st), growth);
	vr_ledger_clear(&st->ledger, growth);
}

static void move_entries(struct vr_state *st, struct vr_span from, struct vr_span to)
{
	const uintptr_t shift = to.start - from.start;
	struct vr_ledger_entry *first;

	while ((first = vr_ledger_first(&st->ledger, from))) {
		struct vr_ledger_entry e = *first;

		e.span = vr_span_common(e.span, from);
		e.first += (e.span.start - first->span.start) / VR_PAGE;
		if (e.witness)
			e.witness->references++;
		vr_ledger_clear(&st->ledger, e.span);
		e.span.start += shift;
		e.span.end += shift;
		e.span = vr_span_common(e.span, to);
		if (e.span.start < e.span.end) {
			register_moved(st, &e);
			vr_ledger_set(&st->ledger, e);
		}
		if (e.witness && --e.witness->references == 0)
			vr_witness_delete(e.witness);
	}
}

void vr_move(struct vr_state *st, struct vr_span from, struct vr_span to)
{
	if (to.start != from.start) {
		vr_ledger_clear(&st->ledger, to);
		move_entries(st, from, to);
	} else if (to.end < from.end) {
		const struct vr_span gone = { to.end, from.end };

		vr_ledger_clear(&st->ledger, gone);
	}
	release_growth(st, from, to);
}

static bool is_error(long at)
{
	return at < 0 && at >= -4095;
}

static long whole_pages(long bytes)
{
	return (bytes + (long)VR_PAGE - 1) & ~((long)VR_PAGE - 1);
}

static long remap(uintptr_t old, size_t old_size, size_t new_size, int flags, uintptr_t new_at)
{
	return pe_sys5(SYS_mremap, (long)old, (long)old_size, (long)new_size, flags, (long)new_at);
}

static void register_again(struct vr_state *st, struct vr_span s)
{
	struct vr_ledger_entry *e;

	while (s.start < s.end && (e = vr_ledger_first(&st->ledger, s))) {
		const struct vr_span part = vr_span_common(e->span, s);

		if (!(e->flags & VR_LEDGER_ZERO))
			vr_kernel_register(vr_state_uffd(st), part);
		s.start = part.end;
	}
}

/* move.4 */
static long remap_as_one(struct vr_state *st, uintptr_t old, size_t old_size, size_t new_size,
			 int flags, uintptr_t new_at)
{
	const struct vr_span from = { old, old + (size_t)whole_pages((long)old_size) };
	long at = remap(old, old_size, new_size, flags, new_at);

	if (at != -EFAULT)
		return at;
	vr_kernel_unregister(vr_state_uffd(st), from);
	at = remap(old, old_size, new_size, flags, new_at);
	if (is_error(at) || (uintptr_t)at == old)
		register_again(st, from);
	return at;
}

static long remap_volatile(uintptr_t old, size_t old_size, size_t new_size, int flags,
			   uintptr_t new_at)
{
	const struct vr_span from = { old, old + (size_t)whole_pages((long)old_size) };
	struct vr_span to;
	uint64_t mask;
	struct vr_state *st = vr_state_enter(&mask);
	long at;

	if (!st || vr_ledger_reserve(&st->ledger, st->ledger.n + 3) != 0)
		at = -ENOMEM;
	else
		at = remap_as_one(st, old, old_size, new_size, flags, new_at);
	if (!is_error(at)) {
		to.start = (uintptr_t)at;
		to.end = to.start + (size_t)whole_pages((long)new_size);
		vr_move(st, from, to);
		if (flags & MREMAP_DONTUNMAP)
			vr_kernel_unregister(vr_state_uffd(st), from);
	}
	if (st)
		vr_state_leave(st, mask);
	return at;
}

/*
 * mremap() - as that of the C library, for programs with volatile ranges
 * Context:  async-signal-safe; any thread
 * Source:   mremap(2)
 */
PE_EXPORT void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...)
{
	uintptr_t new_at;
	va_list more;
	long at;

	va_start(more, flags);
	new_at = (uintptr_t)va_arg(more, void *);
	va_end(more);
	if (likely(vr_state_idle()))
		at = remap((uintptr_t)old, old_size, new_size, flags, new_at);
	else
		at = remap_volatile((uintptr_t)old, old_size, new_size, flags, new_at);
	return is_error(at) ? (void *)vr_boundary(at) : (void *)at;
}
