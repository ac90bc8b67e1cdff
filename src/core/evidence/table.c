/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/text.h"
#include "core/time/identity.h"
#include "core/evidence/segment.h"
#include "core/evidence/table.h"

#define PREFIX "pidepoch-evidence-2-"

#define SLOT_BITS   15
#define TAG_BITS    7
#define SOURCE_BITS 22
#define KIND_BITS   2
#define TICK_BITS   33

_Static_assert(PE_TABLE_SLOTS == 1u << SLOT_BITS, "table.2");
_Static_assert(SLOT_BITS + TAG_BITS == SOURCE_BITS, "a tag and a slot are a pid");
_Static_assert(TICK_BITS + KIND_BITS + TAG_BITS + SOURCE_BITS == 64, "one word");

/* --- words --- */

static uint64_t pack(uint32_t pid, const struct pe_table_word *w)
{
	uint64_t tag = pid >> SLOT_BITS & ((1u << TAG_BITS) - 1);

	return (w->tick & ((UINT64_C(1) << TICK_BITS) - 1)) << (64 - TICK_BITS) |
	       (uint64_t)w->kind << (TAG_BITS + SOURCE_BITS) | tag << SOURCE_BITS |
	       (w->source & ((1u << SOURCE_BITS) - 1));
}

static bool unpack(uint64_t word, uint32_t pid, struct pe_table_word *w)
{
	w->tick = word >> (64 - TICK_BITS);
	w->kind = word >> (TAG_BITS + SOURCE_BITS) & ((1u << KIND_BITS) - 1);
	w->source = word & ((1u << SOURCE_BITS) - 1);
	return word != 0 && (word >> SOURCE_BITS & ((1u << TAG_BITS) - 1)) == pid >> SLOT_BITS;
}

void pe_table_see(struct pe_table *t, uint32_t pid, const struct pe_table_word *w)
{
	atomic_store_explicit(&t->seen[pid % PE_TABLE_SLOTS], pack(pid, w), memory_order_release);
}

bool pe_table_seen(const struct pe_table *t, uint32_t pid, struct pe_table_word *w)
{
	return unpack(atomic_load_explicit(&t->seen[pid % PE_TABLE_SLOTS], memory_order_acquire),
		      pid, w) &&
	       w->kind != PE_TABLE_NOTHING;
}

void pe_table_born(struct pe_table *t, uint32_t pid, const struct pe_table_word *w)
{
	atomic_store_explicit(&t->parent[pid % PE_TABLE_SLOTS], pack(pid, w), memory_order_release);
}

void pe_table_ended(struct pe_table *t, uint32_t pid, uint32_t parent)
{
	uint64_t word =
		atomic_load_explicit(&t->parent[pid % PE_TABLE_SLOTS], memory_order_relaxed);
	struct pe_table_word w;

	if (!unpack(word, pid, &w) || w.source != parent)
		return;
	w.kind = PE_TABLE_ENDED;
	atomic_compare_exchange_strong(&t->parent[pid % PE_TABLE_SLOTS], &word, pack(pid, &w));
}

bool pe_table_parent(const struct pe_table *t, uint32_t pid, struct pe_table_word *w)
{
	return unpack(atomic_load_explicit(&t->parent[pid % PE_TABLE_SLOTS], memory_order_acquire),
		      pid, w);
}

void pe_table_set_origin(struct pe_table *t, uint32_t pid, const char *path, int64_t moment)
{
	struct pe_table_origin *o = &t->origin[pid % PE_TABLE_ORIGINS];
	struct pe_text text = pe_text_on(o->path, sizeof(o->path));

	atomic_store(&o->pid, 0);
	o->moment = moment;
	pe_text_add(&text, path);
	pe_text_end(&text);
	atomic_store(&o->pid, pid);
}

int64_t pe_table_origin(const struct pe_table *t, uint32_t pid, char *to)
{
	const struct pe_table_origin *o = &t->origin[pid % PE_TABLE_ORIGINS];
	int64_t moment;

	if (atomic_load(&o->pid) != pid)
		return 0;
	moment = o->moment;
	if (to) {
		memcpy(to, o->path, PE_TABLE_PATH - 1);
		to[PE_TABLE_PATH - 1] = '\0';
	}
	return atomic_load(&o->pid) == pid ? moment : 0;
}

/* --- the segment --- */

/* "-NNN" of "pid:[NNN]" */
static bool add_namespace(struct pe_text *name, const char *link)
{
	char text[64];
	long n = pe_sys_readlinkat(AT_FDCWD, link, text, sizeof(text) - 1);
	char *at = text;

	if (n <= 0)
		return false;
	text[n] = '\0';
	while (*at && *at != '[')
		at++;
	if (*at != '[')
		return false;
	*at = '-';
	text[n - 1] = '\0'; /* the bracket */
	pe_text_add(name, at);
	return true;
}

/* The start of the namespace's first process. 0: it is hidden (hidepid). */
static uint64_t first_start(void)
{
	struct pe_identity_holder first;

	return pe_identity_describe(1, &first) == 0 ? first.start : 0;
}

bool pe_table_name(char *name)
{
	struct pe_text text = pe_text_on(name, PE_TABLE_NAME);
	bool whole = pe_identity_proc_is_ours() == 0;

	pe_text_add(&text, PREFIX);
	pe_text_decimal(&text, (uint64_t)pe_sys0(SYS_geteuid));
	whole = whole && add_namespace(&text, "/proc/self/ns/pid");
	pe_text_add(&text, "-");
	pe_text_decimal(&text, first_start());
	if (whole && !add_namespace(&text, "/proc/self/ns/time"))
		pe_text_add(&text, "-0"); /* before Linux 5.6 */
	pe_text_end(&text);
	return whole;
}

struct pe_table *pe_table_map_at(const char *name, bool may_make)
{
	return pe_segment_attach(name, sizeof(struct pe_table), may_make);
}

/* table.7: the number after the user's in the name */
static uint64_t space_in(const char *name)
{
	const char *end = name + pe_text_span(name), *at = name + sizeof(PREFIX) - 1;
	uint64_t user, space = 0;

	at = pe_text_digits(at, end, 10, &user);
	if (at && *at == '-')
		pe_text_digits(at + 1, end, 10, &space);
	return space;
}

struct pe_table *pe_table_map(bool may_make)
{
	char name[PE_TABLE_NAME];
	struct pe_table *t = pe_table_name(name) ? pe_table_map_at(name, may_make) : NULL;

	if (t)
		atomic_store_explicit(&t->space, space_in(name), memory_order_relaxed);
	return t;
}

void pe_table_unmap(struct pe_table *t)
{
	pe_segment_detach(t);
}
