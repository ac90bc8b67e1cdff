// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "report/image.h"

/* a file, and the results of lookups in it */
struct file {
	const char *path, *build_id;
	struct pe_image *image; /* NULL: it could not be opened */
	struct file *next;
};

struct place {
	const struct file *file; /* NULL: the address is in no module */
	uint64_t offset;
	struct pe_symbols_frame *frames;
};

struct pe_symbols {
	struct pe_events_module *module; /* sorted by set and start */
	size_t modules;
	struct file *files;
	struct place *place; /* hashed */
	size_t places, room;
};

static int compare(const void *a, const void *b)
{
	const struct pe_events_module *x = a, *y = b;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

struct pe_symbols *pe_symbols_open(const struct pe_events *e)
{
	struct pe_symbols *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->modules = e->modules;
	s->module = calloc(e->modules + 1, sizeof(*s->module));
	if (!s->module) {
		free(s);
		return NULL;
	}
	if (e->modules)
		memcpy(s->module, e->module, e->modules * sizeof(*s->module));
	qsort(s->module, s->modules, sizeof(*s->module), compare);
	return s;
}

static void free_frames(struct pe_symbols_frame *f)
{
	while (f) {
		struct pe_symbols_frame *next = f->next;

		free((char *)f->function);
		free((char *)f->file);
		free(f);
		f = next;
	}
}

void pe_symbols_close(struct pe_symbols *s)
{
	while (s->files) {
		struct file *next = s->files->next;

		if (s->files->image)
			pe_image_close(s->files->image);
		free(s->files);
		s->files = next;
	}
	for (size_t i = 0; i < s->room; i++)
		free_frames(s->place[i].frames);
	free(s->place);
	free(s->module);
	free(s);
}

/* The last module of the set that begins at or before @address. */
static const struct pe_events_module *find_module(const struct pe_symbols *s, uint64_t set,
						  uint64_t address)
{
	size_t low = 0, high = s->modules;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct pe_events_module *m = &s->module[middle];

		if (m->set < set || (m->set == set && m->start <= address))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	low--;
	return s->module[low].set == set && address < s->module[low].end ? &s->module[low] : NULL;
}

/* The offset in the file of @m at which the mapped code begins. */
static uint64_t code_of(const struct pe_symbols *s, const struct pe_events_module *m)
{
	uint64_t least = m->offset;

	for (size_t i = 0; i < s->modules; i++)
		if (s->module[i].path == m->path && s->module[i].build_id == m->build_id &&
		    s->module[i].offset < least)
			least = s->module[i].offset;
	return least;
}

/* the strings of events are unique, so equal strings have equal addresses */
static struct file *find_file(struct pe_symbols *s, const struct pe_events_module *m)
{
	struct file *f = s->files;

	while (f && (f->path != m->path || f->build_id != m->build_id))
		f = f->next;
	if (f)
		return f;
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->path = m->path;
	f->build_id = m->build_id;
	f->image = pe_image_open(m->path, m->build_id, code_of(s, m));
	f->next = s->files;
	s->files = f;
	return f;
}

static size_t hash_of(const struct file *f, uint64_t offset)
{
	uint64_t h = ((uintptr_t)f ^ offset) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h ^ h >> 32);
}

static struct place *find_place(const struct pe_symbols *s, const struct file *f, uint64_t offset)
{
	size_t at = hash_of(f, offset) & (s->room - 1);

	while (s->place[at].frames && (s->place[at].file != f || s->place[at].offset != offset))
		at = (at + 1) & (s->room - 1);
	return &s->place[at];
}

static bool grow(struct pe_symbols *s)
{
	struct pe_symbols bigger = *s;

	bigger.room = s->room ? 2 * s->room : 1024;
	bigger.place = calloc(bigger.room, sizeof(*bigger.place));
	if (!bigger.place)
		return false;
	for (size_t i = 0; i < s->room; i++)
		if (s->place[i].frames)
			*find_place(&bigger, s->place[i].file, s->place[i].offset) = s->place[i];
	free(s->place);
	*s = bigger;
	return true;
}

static struct pe_symbols_frame *look_up(const struct file *f, uint64_t offset)
{
	struct pe_symbols_frame *frames = f && f->image ? pe_image_frames(f->image, offset) : NULL;

	if (!frames)
		frames = calloc(1, sizeof(*frames));
	for (struct pe_symbols_frame *each = frames; each; each = each->next) {
		each->module = f ? f->path : NULL;
		each->offset = offset;
	}
	return frames;
}

const struct pe_symbols_frame *pe_symbols_at(struct pe_symbols *s, uint64_t set, uint64_t address)
{
	const struct pe_events_module *m = find_module(s, set, address - 1);
	const struct file *f = m ? find_file(s, m) : NULL;
	uint64_t offset = m ? address - 1 - m->start + m->offset : address;
	struct place *p;

	if ((m && !f) || (2 * (s->places + 1) > s->room && !grow(s)))
		return NULL;
	p = find_place(s, f, offset);
	if (!p->frames) {
		*p = (struct place){ f, offset, look_up(f, offset) };
		s->places += p->frames != NULL;
	}
	return p->frames;
}
