/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "next.h"

#include <stdint.h>

#define HIDDEN 0x8000 /* in an entry of DT_VERSYM: not the default version of its name */

/* The tables of one library (the System V ABI; DT_GNU_HASH as GNU ld writes it). */
struct library {
	uintptr_t base;
	const ElfW(Sym) * symbol;
	const ElfW(Half) * version; /* NULL: its symbols have none */
	const char *names;
	const ElfW(Addr) * bloom; /* `blooms` words, a power of two */
	const uint32_t *bucket, *chain;
	uint32_t buckets, first, blooms, shift;
};

/* The loader has relocated these addresses in its own copy for most libraries, but not where the
 * dynamic section cannot be written. */
static const void *address(const struct link_map *m, const ElfW(Dyn) * d)
{
	ElfW(Addr) at = d->d_un.d_ptr;

	return (const void *)(at < m->l_addr ? at + m->l_addr : at);
}

static void read_hash(struct library *l, const uint32_t *table)
{
	l->buckets = table[0];
	l->first = table[1];
	l->blooms = table[2];
	l->shift = table[3];
	l->bloom = (const ElfW(Addr) *)(table + 4);
	l->bucket = (const uint32_t *)(l->bloom + l->blooms);
	l->chain = l->bucket + l->buckets;
}

static bool open_library(const struct link_map *m, struct library *l)
{
	const uint32_t *table = NULL;

	*l = (struct library){ .base = m->l_addr };
	for (const ElfW(Dyn) *d = m->l_ld; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_GNU_HASH)
			table = address(m, d);
		else if (d->d_tag == DT_SYMTAB)
			l->symbol = address(m, d);
		else if (d->d_tag == DT_STRTAB)
			l->names = address(m, d);
		else if (d->d_tag == DT_VERSYM)
			l->version = address(m, d);
	if (!table || !l->symbol || !l->names || table[0] == 0 || table[2] == 0)
		return false;
	read_hash(l, table);
	return true;
}

static uint32_t hash_of(const char *name)
{
	uint32_t h = 5381;

	while (*name)
		h = h * 33 + (unsigned char)*name++;
	return h;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Most names are in none of most libraries; the two bits say so at once. */
static bool may_have(const struct library *l, uint32_t hash)
{
	const unsigned int bits = sizeof(ElfW(Addr)) * 8;
	ElfW(Addr) word = l->bloom[(hash / bits) & (l->blooms - 1)];

	return word >> (hash % bits) & word >> ((hash >> l->shift) % bits) & 1;
}

static bool defines(const struct library *l, uint32_t index, const char *name)
{
	const ElfW(Sym) *s = &l->symbol[index];

	return s->st_shndx != SHN_UNDEF && s->st_value != 0 &&
	       !(l->version && l->version[index] & HIDDEN) && same(name, l->names + s->st_name);
}

/* The index of the symbol, or 0. */
static uint32_t find(const struct library *l, const char *name, uint32_t hash)
{
	uint32_t index = may_have(l, hash) ? l->bucket[hash % l->buckets] : 0;
	uint32_t seen;

	if (index < l->first)
		return 0;
	do { /* the last symbol of a bucket has bit 0 set */
		seen = l->chain[index - l->first];
		if ((seen | 1) == (hash | 1) && defines(l, index, name))
			return index;
		index++;
	} while (!(seen & 1));
	return 0;
}

static void look(const struct library *l, struct pe_next *n, const uint32_t *hash)
{
	for (size_t i = 0; i < n->count; i++) {
		uint32_t index = n->found[i] || n->left[i] ? 0 : find(l, n->name[i], hash[i]);

		if (index == 0)
			continue;
		n->left[i] = ELF64_ST_TYPE(l->symbol[index].st_info) != STT_FUNC;
		if (!n->left[i])
			n->found[i] = (void *)(l->base + l->symbol[index].st_value);
	}
}

void pe_next_find(const struct link_map *self, struct pe_next *n)
{
	uint32_t hash[PE_NEXT_MOST];
	const struct link_map *m;
	struct library l;

	for (size_t i = 0; i < n->count; i++) {
		hash[i] = hash_of(n->name[i]);
		n->found[i] = NULL;
		n->left[i] = false;
	}
	for (m = self->l_next; m && open_library(m, &l); m = m->l_next)
		look(&l, n, hash);
	for (size_t i = 0; m && i < n->count; i++)
		n->left[i] = !n->found[i];
}
