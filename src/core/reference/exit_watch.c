/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/reference/exit_watch.h"
#include "core/sys.h"

#define FIRST_BYTES ((size_t)4 * PE_SYS_PAGE)

/* --- memory (exit_watch.5) --- */

static void *map(size_t bytes)
{
	void *memory = pe_sys_mmap(bytes);

	if (memory == MAP_FAILED)
		return NULL;
	pe_sys_madvise(memory, bytes, MADV_DONTFORK);
	return memory;
}

static void unmap(struct pe_exit_watch_table *t)
{
	if (t->memory)
		pe_sys_munmap(t->memory, t->bytes);
}

static bool has_room(struct pe_exit_watch_table *t, size_t need)
{
	size_t bytes = t->bytes ? t->bytes : FIRST_BYTES;
	void *memory;

	if (likely(need <= t->bytes))
		return true;
	while (bytes < need)
		bytes *= 2;
	memory = map(bytes);
	if (!memory)
		return false;
	if (t->memory)
		memcpy(memory, t->memory, t->bytes);
	unmap(t);
	*t = (struct pe_exit_watch_table){ memory, bytes };
	return true;
}

struct pe_exit_watch *pe_exit_watch_open(void)
{
	struct pe_exit_watch *x = map(sizeof(*x));

	if (!x)
		return NULL;
	x->used = 1;
	if (pe_ring_open(&x->ring) == 0)
		return x;
	pe_sys_munmap(x, sizeof(*x));
	return NULL;
}

void pe_exit_watch_close(struct pe_exit_watch *x)
{
	pe_ring_close(&x->ring);
	for (uint32_t i = 0; i < PE_EXIT_WATCH_CHUNKS; i++)
		if (x->chunk[i])
			pe_sys_munmap(x->chunk[i], PE_EXIT_WATCH_PIDS * sizeof(uint32_t));
	unmap(&x->watches);
	unmap(&x->look);
	unmap(&x->seen);
	pe_sys_munmap(x, sizeof(*x));
}

/* --- by pid --- */

/* NULL: no memory, or @pid is not a valid pid */
static uint32_t *place_of(struct pe_exit_watch *x, uint32_t pid)
{
	uint32_t i = pid / PE_EXIT_WATCH_PIDS;

	if (i >= PE_EXIT_WATCH_CHUNKS)
		return NULL;
	if (!x->chunk[i])
		x->chunk[i] = map(PE_EXIT_WATCH_PIDS * sizeof(uint32_t));
	return x->chunk[i] ? &x->chunk[i][pid % PE_EXIT_WATCH_PIDS] : NULL;
}

uint32_t pe_exit_watch_find(const struct pe_exit_watch *x, uint32_t pid)
{
	uint32_t i = pid / PE_EXIT_WATCH_PIDS;

	return i < PE_EXIT_WATCH_CHUNKS && x->chunk[i] ? x->chunk[i][pid % PE_EXIT_WATCH_PIDS] : 0;
}

/* --- watches --- */

static uint32_t new_watch(struct pe_exit_watch *x)
{
	uint32_t index = x->spare;

	if (index) {
		x->spare = pe_exit_watch_watch(x, index)->at;
		return index;
	}
	if (!has_room(&x->watches, (x->used + 1) * sizeof(struct pe_watch)) ||
	    !has_room(&x->look, (x->used + 1) * sizeof(uint32_t)))
		return 0;
	return x->used++;
}

/* A watch is in the list at most once, and the list has room for every watch. */
static void look_later(struct pe_exit_watch *x, uint32_t index)
{
	pe_exit_watch_watch(x, index)->state = PE_WATCH_LOOK;
	pe_exit_watch_looks(x)[x->looks++] = index;
}

uint32_t pe_exit_watch_add(struct pe_exit_watch *x, const struct pe_wait_entry *l)
{
	uint32_t *place = place_of(x, l->pid);
	uint32_t index = place ? new_watch(x) : 0;

	if (!index)
		return 0;
	*pe_exit_watch_watch(x, index) = (struct pe_watch){ .look = *l };
	look_later(x, index);
	*place = index;
	return index;
}

int pe_exit_watch_arm(struct pe_exit_watch *x, uint32_t index, int fd)
{
	struct pe_watch *w = pe_exit_watch_watch(x, index);
	int err = pe_ring_watch(&x->ring, fd, index);

	if (err != 0)
		return err;
	w->state = PE_WATCH_ARMED;
	/* This watch may have just been added to the list; otherwise the list is being walked, and
	 * is compacted afterwards. */
	if (x->looks && pe_exit_watch_looks(x)[x->looks - 1] == index)
		x->looks--;
	return 0;
}

static void collect(struct pe_exit_watch *x)
{
	uint64_t tag;
	bool gone;

	while (pe_ring_next(&x->ring, &tag, &gone)) {
		struct pe_watch *w = pe_exit_watch_watch(x, (uint32_t)tag);

		if (tag >= x->used || w->state != PE_WATCH_ARMED)
			/* left by a step that did not finish because a handler jumped out of it */
			continue;
		w->look.ended = !gone;
		look_later(x, (uint32_t)tag);
	}
}

void pe_exit_watch_collect(struct pe_exit_watch *x)
{
	if (likely(!x->tells)) {
		collect(x);
		return;
	}
	do {
		pe_ring_quiet(&x->ring);
		collect(x);
	} while (pe_ring_loud(&x->ring) && pe_ring_is_whole(&x->ring));
}

void pe_exit_watch_tidy(struct pe_exit_watch *x)
{
	uint32_t *list = pe_exit_watch_looks(x), kept = 0;

	for (uint32_t i = 0; i < x->looks; i++)
		if (pe_exit_watch_watch(x, list[i])->state == PE_WATCH_LOOK)
			list[kept++] = list[i];
	x->looks = kept;
}

/* --- positions --- */

int pe_exit_watch_room(struct pe_exit_watch *x, size_t count)
{
	return count < UINT32_MAX && has_room(&x->seen, count * sizeof(struct pe_seen)) ? 0
											: -ENOMEM;
}

void pe_exit_watch_place(struct pe_exit_watch *x, uint32_t index, uint32_t position)
{
	struct pe_watch *w = pe_exit_watch_watch(x, index);
	struct pe_seen *seen = pe_exit_watch_seen(x);

	if (w->at != position && seen[w->at].watch == index)
		w->repeated = true;
	w->at = position;
	seen[position].watch = index;
}

size_t pe_exit_watch_position(const struct pe_exit_watch *x, uint32_t index, size_t from)
{
	const struct pe_watch *w = pe_exit_watch_watch(x, index);
	const struct pe_seen *seen = pe_exit_watch_seen(x);

	if (!w->repeated)
		return w->at >= from && w->at < x->count && seen[w->at].watch == index ? w->at
										       : x->count;
	while (from < x->count && seen[from].watch != index)
		from++;
	return from;
}

static void forget(struct pe_exit_watch *x, uint32_t index)
{
	struct pe_watch *w = pe_exit_watch_watch(x, index);
	struct pe_seen *seen = pe_exit_watch_seen(x);
	size_t places = pe_exit_watch_places(x);

	if (w->at < places && seen[w->at].watch == index)
		seen[w->at].watch = 0;
	for (size_t i = 0; w->repeated && i < places; i++)
		if (seen[i].watch == index)
			seen[i].watch = 0;
}

void pe_exit_watch_drop(struct pe_exit_watch *x, uint32_t index)
{
	struct pe_watch *w = pe_exit_watch_watch(x, index);
	uint32_t *place = place_of(x, w->look.pid);

	forget(x, index);
	if (place && *place == index)
		*place = 0;
	w->state = PE_WATCH_FREE;
	w->at = x->spare;
	x->spare = index;
}
