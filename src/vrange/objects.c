/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/headroom.h"
#include "vrange/mark.h"
#include "vrange/objects.h"
#include "vrange/state.h"

#define ARENA	  ((size_t)64 << 20)
#define LEAST	  ((uint64_t)1 << 20) /* of the cap */
#define CAP_AGE	  64
#define ZEROS	  ((size_t)1 << 20) /* the largest object that is filled by copies */
#define PER_CHUNK 128
#define MOST	  (PER_CHUNK * 1023)

struct vr_arena {
	struct vr_arena *next;
	struct vr_span span; /* with this page */
};

static struct vrange_object *object_at(struct vr_state *st, uint32_t index)
{
	return index ? pe_arena_at(&st->objects.records, index) : NULL;
}

static void set_word(struct vrange_object *o, uint64_t word)
{
	atomic_store_explicit(&o->word, word, memory_order_release);
}

static uint64_t word_of(struct vrange_object *o)
{
	return atomic_load_explicit(&o->word, memory_order_acquire);
}

static bool swap_word(struct vrange_object *o, uint64_t from, uint64_t to)
{
	return atomic_compare_exchange_strong(&o->word, &from, to);
}

/* --- lists --- */

static void append(struct vr_state *st, struct vr_object_list *l, struct vrange_object *o)
{
	struct vrange_object *last = object_at(st, l->last);

	o->previous = l->last;
	o->next = 0;
	if (last)
		last->next = o->index;
	else
		l->first = o->index;
	l->last = o->index;
	l->bytes += vr_span_bytes(o->span);
}

static void take_out(struct vr_state *st, struct vr_object_list *l, struct vrange_object *o)
{
	struct vrange_object *next = object_at(st, o->next), *previous = object_at(st, o->previous);

	if (next)
		next->previous = o->previous;
	else
		l->last = o->previous;
	if (previous)
		previous->next = o->next;
	else
		l->first = o->next;
	o->next = o->previous = 0;
	l->bytes -= vr_span_bytes(o->span);
}

/* --- memory --- */

static int arena_register(struct vr_state *st, struct vr_arena *a)
{
	const int uffd = vr_state_uffd(st);

	return uffd < 0 ? uffd : vr_kernel_register(uffd, a->span);
}

static bool new_arena(struct vr_state *st, size_t least)
{
	const size_t bytes = least + VR_PAGE > ARENA ? least + VR_PAGE : ARENA;
	struct vr_arena *a = pe_sys_mmap(bytes);
	int error;

	if (a == MAP_FAILED)
		return false;
	/* objects.4: before it is registered, while its pages may still come by themselves */
	a->next = st->objects.arenas;
	a->span.start = (uintptr_t)a;
	a->span.end = a->span.start + bytes;
	error = arena_register(st, a);
	if (error && vr_state_uffd(st) >= 0) {
		pe_sys_munmap(a, bytes);
		return false;
	}
	st->objects.registers = error == 0;
	st->objects.arenas = a;
	st->objects.fresh = a->span.start + VR_PAGE;
	st->objects.fresh_end = a->span.end;
	return true;
}

static bool carve(struct vr_state *st, size_t bytes, struct vr_span *s)
{
	struct vr_objects *all = &st->objects;

	if (all->fresh_end - all->fresh < bytes && !new_arena(st, bytes))
		return false;
	s->start = all->fresh;
	s->end = all->fresh += bytes;
	return true;
}

/* An object that was deleted and has the same size, with its memory. */
static struct vrange_object *reuse(struct vr_state *st, size_t bytes)
{
	struct vr_object_list *deleted = &st->objects.deleted;

	for (struct vrange_object *o = object_at(st, deleted->first); o; o = object_at(st, o->next))
		if (vr_span_bytes(o->span) == bytes) {
			take_out(st, deleted, o);
			return o;
		}
	return NULL;
}

static struct vrange_object *create(struct vr_state *st, size_t bytes)
{
	struct vr_span s;
	struct vrange_object *o;
	uint32_t index;

	if (!carve(st, bytes, &s))
		return NULL;
	index = pe_arena_alloc(&st->objects.records);
	o = object_at(st, index);
	if (!o)
		return NULL;
	o->index = index;
	o->span = s;
	return o;
}

static void records_init(struct vr_objects *all)
{
	const struct pe_arena_layout layout = {
		.object = sizeof(struct vrange_object),
		.link = offsetof(struct vrange_object, link),
		.limit = MOST,
		.per_chunk = PER_CHUNK,
		.chunks = all->chunks,
	};

	if (!all->records.object)
		pe_arena_init(&all->records, &layout);
}

struct vrange_object *vr_objects_new(struct vr_state *st, size_t size)
{
	const size_t bytes = (size + VR_PAGE - 1) & ~(VR_PAGE - 1);
	struct vrange_object *o;

	records_init(&st->objects);
	o = reuse(st, bytes);
	if (!o)
		o = create(st, bytes);
	if (!o)
		return NULL;
	o->size = size;
	set_word(o, VR_OBJECT_PURGED);
	return o;
}

/* --- losing and finding --- */

/* Memory that reads as zeros and is never written: it takes none. */
static uintptr_t zeros(struct vr_objects *all)
{
	if (!all->zeros) {
		void *at = pe_sys_mmap(ZEROS);

		all->zeros = at == MAP_FAILED ? NULL : at;
	}
	return (uintptr_t)all->zeros;
}

/* objects.4 */
static int fill_missing(struct vr_state *st, int uffd, struct vr_span s)
{
	const bool large = vr_span_bytes(s) > ZEROS || !zeros(&st->objects);

	return large ? vr_kernel_zero_fill(uffd, s)
		     : vr_kernel_copy_fill(uffd, s, zeros(&st->objects));
}

/* An object whose memory is gone or given up gets zeros. */
static int renew(struct vr_state *st, struct vrange_object *o)
{
	const int uffd = vr_state_uffd(st);
	int error = vr_kernel_drop(o->span);

	if (error == -EINVAL) /* locked by mlockall(): nothing is missing */
		memset((void *)o->span.start, 0, vr_span_bytes(o->span));
	if (error)
		return error == -EINVAL ? 0 : error;
	o->forks = st->forks;
	if (uffd >= 0)
		error = fill_missing(st, uffd, o->span);
	/* not registered (state.3): zeros come by themselves */
	return error == -ENOENT || vr_state_descriptor_gone(error) ? 0 : error;
}

/* Is all of an ARMED object there? It is dirty then. */
static bool revive(struct vr_state *st, struct vrange_object *o)
{
	const int uffd = vr_state_uffd(st);

	if (uffd < 0)
		return !o->witness || vr_witness_lost(o->witness, 0, o->span) == 0;
	if (vr_mark_dirty(st, o->span) != 0)
		return false;
	/* it was registered all the time, or the pages may be zeros that came by themselves */
	return vr_kernel_is_registered(uffd, o->span) == 1;
}

int vr_objects_pin(struct vr_state *st, struct vrange_object *o)
{
	uint64_t word = word_of(o);
	bool lost = vr_object_state(word) == VR_OBJECT_PURGED;

	/* another thread, or an earlier holder of the lock, may have done the work */
	while (vr_object_state(word) <= VR_OBJECT_VOLATILE) {
		const uint64_t to = (word & ~VR_OBJECT_STATE) + VR_OBJECT_PIN;

		if (swap_word(o, word, to))
			return 0;
		word = word_of(o);
	}
	if (vr_object_state(word) == VR_OBJECT_ARMED) {
		lost = !revive(st, o);
		take_out(st, &st->objects.armed, o);
		if (lost)
			st->lost += vr_span_bytes(o->span);
	}
	if (lost) {
		const int error = renew(st, o);

		if (error) {
			set_word(o, VR_OBJECT_PURGED);
			return error;
		}
	}
	set_word(o, VR_OBJECT_NONVOLATILE + VR_OBJECT_PIN);
	return lost;
}

/* --- debt --- */

static void compute_cap(struct vr_objects *all)
{
	const uint64_t quarter = vr_headroom() / 4;

	all->cap = quarter > LEAST ? quarter : LEAST;
	all->cap_age = CAP_AGE;
}

static void note_witnesses(struct vr_state *st, struct vrange_object *o)
{
	if (vr_state_uffd(st) >= 0)
		return;
	if (!o->witness)
		o->witness = vr_witness_new(vr_span_pages(o->span));
	if (o->witness)
		vr_witness_note(o->witness, 0, o->span);
}

/* A BUSY object becomes ARMED: the kernel may take it from here on. */
static void arm(struct vr_state *st, struct vrange_object *o)
{
	note_witnesses(st, o);
	if (!(st->without & VR_WITHOUT_FREE) && (vr_state_uffd(st) >= 0 || o->witness))
		vr_mark_free(o->span, o->forks != st->forks);
	append(st, &st->objects.armed, o);
	set_word(o, VR_OBJECT_ARMED);
}

static void purge(struct vr_state *st, struct vrange_object *o)
{
	(void)st;
	vr_kernel_drop(o->span);
	set_word(o, VR_OBJECT_PURGED);
}

/* Takes the oldest object off the debt. @act: arm() or purge(). The bytes that it was done to. */
static size_t settle_first(struct vr_state *st,
			   void (*act)(struct vr_state *, struct vrange_object *))
{
	struct vr_object_list *listed = &st->objects.listed;
	struct vrange_object *o = object_at(st, listed->first);
	uint64_t word = word_of(o);

	if (vr_object_state(word) != VR_OBJECT_VOLATILE) {
		if (swap_word(o, word, word & ~VR_OBJECT_LISTED))
			take_out(st, listed, o);
		return 0;
	}
	if (word & VR_OBJECT_REFERENCED) { /* objects.3 */
		if (swap_word(o, word, word & ~VR_OBJECT_REFERENCED)) {
			take_out(st, listed, o);
			append(st, listed, o);
		}
		return 0;
	}
	if (!swap_word(o, word, VR_OBJECT_BUSY))
		return 0;
	take_out(st, listed, o);
	act(st, o);
	return vr_span_bytes(o->span);
}

void vr_objects_list(struct vr_state *st, struct vrange_object *o)
{
	struct vr_objects *all = &st->objects;
	uint64_t word = word_of(o);

	do {
		if ((word & VR_OBJECT_LISTED) || vr_object_state(word) != VR_OBJECT_VOLATILE)
			return;
	} while (!atomic_compare_exchange_weak(&o->word, &word,
					       (word | VR_OBJECT_LISTED) & ~VR_OBJECT_REFERENCED));
	append(st, &all->listed, o);
	if (all->cap_age-- == 0)
		compute_cap(all);
	while (all->listed.bytes > all->cap)
		settle_first(st, arm);
}

/* --- purging on request --- */

static size_t trim_armed(struct vr_state *st)
{
	struct vrange_object *o = object_at(st, st->objects.armed.first);

	take_out(st, &st->objects.armed, o);
	purge(st, o);
	return vr_span_bytes(o->span);
}

size_t vr_objects_trim(struct vr_state *st, size_t bytes)
{
	struct vr_objects *all = &st->objects;
	size_t done = 0;

	while (done < bytes && all->armed.first)
		done += trim_armed(st);
	while (done < bytes && all->listed.first)
		done += settle_first(st, purge);
	st->lost += done;
	return done;
}

static void out_of_lists(struct vr_state *st, struct vrange_object *o)
{
	const uint64_t word = word_of(o);

	if (vr_object_state(word) == VR_OBJECT_ARMED)
		take_out(st, &st->objects.armed, o);
	else if (word & VR_OBJECT_LISTED)
		take_out(st, &st->objects.listed, o);
}

void vr_objects_give_up(struct vr_state *st, struct vrange_object *o)
{
	out_of_lists(st, o);
	purge(st, o);
}

void vr_objects_delete(struct vr_state *st, struct vrange_object *o)
{
	out_of_lists(st, o);
	vr_kernel_drop(o->span);
	append(st, &st->objects.deleted, o);
	set_word(o, VR_OBJECT_DELETED);
}

int vr_objects_read(struct vr_state *st, struct vrange_object *o, void *to, size_t at, size_t n)
{
	const enum vr_object_state state = vr_object_state(word_of(o));
	int r;

	if (state == VR_OBJECT_PURGED || state == VR_OBJECT_DELETED)
		return -EAGAIN;
	if (state == VR_OBJECT_ARMED && vr_state_uffd(st) < 0 && !revive(st, o)) {
		vr_objects_give_up(st, o);
		return -EAGAIN;
	}
	r = pe_sys_copy(to, o->span.start + at, n);
	/* A container may refuse the call. Without userfaultfd no page raises a signal. */
	if ((r == -EPERM || r == -ENOSYS) && vr_state_uffd(st) < 0) {
		memcpy(to, (const void *)(o->span.start + at), n);
		return 0;
	}
	return r ? -EAGAIN : 0;
}

/* --- a new process --- */

void vr_objects_adopt(struct vr_state *st, bool trusted)
{
	bool registered = true;

	for (struct vr_arena *a = st->objects.arenas; a && st->objects.registers; a = a->next)
		registered = arena_register(st, a) == 0 && registered;
	while ((!trusted || !registered) && st->objects.armed.first) /* objects.7 */
		st->lost += trim_armed(st);
}
