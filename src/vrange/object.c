/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* object - the API of objects (vrange_object(3)): the fast way of a pin, else the lock. */
#include "core/contract.h"

#include <vrange.h>

#include "vrange/boundary.h"
#include "vrange/mark.h"
#include "vrange/objects.h"
#include "vrange/pages.h"
#include "vrange/state.h"

PE_EXPORT struct vrange_object *vrange_new(size_t size, unsigned int flags)
{
	struct vrange_object *o = NULL;
	struct vr_state *st;
	uint64_t mask;

	if (size == 0 || size > SIZE_MAX / 2 || flags) {
		vr_boundary(-EINVAL);
		return NULL;
	}
	st = vr_state_enter(&mask);
	if (st) {
		o = vr_objects_new(st, size);
		vr_state_leave(st, mask);
	}
	if (!o)
		vr_boundary(-ENOMEM);
	return o;
}

/* objects.1 */
static bool pin_fast(struct vrange_object *o)
{
	uint64_t word = atomic_load_explicit(&o->word, memory_order_relaxed);

	while (vr_object_state(word) <= VR_OBJECT_VOLATILE)
		/* acquire: what was written under the pin before */
		if (atomic_compare_exchange_weak_explicit(
			    &o->word, &word, (word & ~VR_OBJECT_STATE) + VR_OBJECT_PIN,
			    memory_order_acquire, memory_order_relaxed))
			return true;
	return false;
}

static pe_cold int pin_slow(struct vrange_object *o)
{
	uint64_t mask;
	struct vr_state *st = vr_state_enter(&mask);
	int result = -ENOMEM;

	if (!st)
		return result;
	if (vr_object_state(atomic_load(&o->word)) == VR_OBJECT_DELETED)
		result = -EINVAL;
	else
		result = vr_objects_pin(st, o);
	vr_state_leave(st, mask);
	return result;
}

PE_EXPORT void *vrange_pin(struct vrange_object *o, int *lost)
{
	int result = 0;

	if (unlikely(!pin_fast(o)))
		result = pin_slow(o);
	if (result < 0) {
		vr_boundary(result);
		return NULL;
	}
	if (lost)
		*lost = result;
	return (void *)o->span.start;
}

PE_EXPORT void vrange_unpin(struct vrange_object *o)
{
	uint64_t word = atomic_load_explicit(&o->word, memory_order_relaxed), to, mask;
	struct vr_state *st;

	do {
		if (word < VR_OBJECT_PIN)
			return;
		to = word - VR_OBJECT_PIN;
		if (to < VR_OBJECT_PIN)
			to |= VR_OBJECT_VOLATILE | VR_OBJECT_REFERENCED;
		/* release: what was written under the pin */
	} while (!atomic_compare_exchange_weak_explicit(&o->word, &word, to, memory_order_release,
							memory_order_relaxed));
	if (likely(to >= VR_OBJECT_PIN || (to & VR_OBJECT_LISTED)))
		return;
	st = vr_state_enter(&mask);
	if (!st)
		return;
	vr_objects_list(st, o);
	vr_state_leave(st, mask);
}

/* The content is not what it should be: the next pin is told so. */
static void give_up(struct vrange_object *o)
{
	uint64_t mask;
	struct vr_state *st = vr_state_enter(&mask);

	if (!st)
		return;
	vr_objects_give_up(st, o);
	vr_state_leave(st, mask);
}

PE_EXPORT void *vrange_fill(struct vrange_object *o, int (*fill)(void *to, size_t size, void *arg),
			    void *arg)
{
	int lost;
	void *at = vrange_pin(o, &lost);

	if (!at || !lost || fill(at, o->size, arg) == 0)
		return at;
	give_up(o);
	return NULL;
}

PE_EXPORT ssize_t vrange_read(void *to, struct vrange_object *o, size_t at, size_t n)
{
	uint64_t mask;
	struct vr_state *st;
	int error;

	if (at > o->size || n > o->size - at)
		return vr_boundary(-EINVAL);
	st = vr_state_enter(&mask);
	if (!st)
		return vr_boundary(-ENOMEM);
	error = vr_objects_read(st, o, to, at, n);
	vr_state_leave(st, mask);
	return vr_boundary(error ? error : (long)n);
}

PE_EXPORT void vrange_delete(struct vrange_object *o)
{
	uint64_t mask;
	struct vr_state *st = o ? vr_state_enter(&mask) : NULL;

	if (!st)
		return;
	vr_objects_delete(st, o);
	vr_state_leave(st, mask);
}

/* --- all of them --- */

static int count_bytes(struct vr_span run, void *arg)
{
	*(size_t *)arg += vr_span_bytes(run);
	return 0;
}

static size_t missing(struct vr_span s)
{
	size_t bytes = 0;

	vr_pages_each(s, vr_pages_missing, count_bytes, &bytes);
	return bytes;
}

/* The ranges of mvrange(), by address: only the kernel knows which is the oldest. */
static size_t trim_ranges(struct vr_state *st, size_t bytes)
{
	size_t done = 0;

	for (size_t i = 0; i < st->ledger.n && done < bytes; i++) {
		const struct vr_span s = st->ledger.entry[i].span;
		const size_t before = missing(s);

		vr_kernel_page_out(s);
		done += missing(s) - before;
	}
	return done;
}

PE_EXPORT size_t vrange_trim(size_t bytes)
{
	uint64_t mask;
	struct vr_state *st = vr_state_enter(&mask);
	size_t done;

	if (!st)
		return 0;
	done = vr_objects_trim(st, bytes);
	if (done < bytes)
		done += trim_ranges(st, bytes - done);
	if (done < bytes)
		done += vr_file_trim(st, bytes - done);
	vr_state_leave(st, mask);
	return done;
}

static void collect(struct vr_state *st, struct vrange_stat *to)
{
	to->level = (uint32_t)vr_state_level(st);
	to->ranges = st->ledger.n;
	to->objects = st->objects.records.object ? pe_arena_last(&st->objects.records) : 0;
	to->volatile_bytes = st->objects.listed.bytes;
	to->armed_bytes = st->ledger.bytes + st->objects.armed.bytes;
	to->purged_bytes = st->lost;
	to->debt_cap = st->objects.cap;
}

PE_EXPORT int vrange_stat(struct vrange_stat *to)
{
	struct vrange_stat now = { .size = sizeof(now) };
	const size_t size = to->size;
	struct vr_state *st;
	uint64_t mask;

	if (size < sizeof(to->size) || size > sizeof(now))
		return (int)vr_boundary(-EINVAL);
	st = vr_state_enter(&mask);
	if (!st)
		return (int)vr_boundary(-ENOMEM);
	collect(st, &now);
	vr_state_leave(st, mask);
	now.size = size;
	memcpy(to, &now, size);
	return 0;
}
