// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_modules.h"

#include <elf.h>
#include <string.h>

#include "core/record/modules.h"
#include "supervisor/unwind/stack_memory.h"
#include "supervisor/unwind/stack_table.h"

#define MOST_HEADERS 64u

/* .eh_frame_hdr as linkers write it: version 1; pointers of 4 bytes, relative; a sorted table of
 * pairs */
struct head {
	uint8_t version, pointer, count, table;
	int32_t eh_frame;
	uint32_t entries;
};

#define POINTER_RELATIVE_4 0x1b
#define COUNT_4		   0x03
#define TABLE_FROM_HEAD_4  0x3b

static struct pe_stack_module module[PE_STACK_MODULES];
static size_t modules;
static int thread;

static bool is_our_library(const char *path)
{
	static const char name[] = "libpidepoch-preload.so";
	const char *slash = strrchr(path, '/');

	return slash && strncmp(slash + 1, name, sizeof(name) - 1) == 0;
}

static bool add(void *arg, const struct pe_modules_mapping *m)
{
	(void)arg;
	module[modules++] = (struct pe_stack_module){ .start = m->line.start,
						      .end = m->line.end,
						      .base = m->base,
						      .inode = m->line.inode,
						      .is_ours = is_our_library(m->line.path) };
	return modules < PE_STACK_MODULES;
}

bool pe_stack_modules_read(int tid)
{
	static char room[PE_MODULES_ROOM];

	modules = 0;
	thread = tid;
	return pe_modules_each(tid, room, add, NULL);
}

struct pe_stack_module *pe_stack_modules_at(uint64_t ip)
{
	for (size_t i = 0; i < modules; i++)
		if (module[i].start <= ip && ip < module[i].end)
			return &module[i];
	return NULL;
}

bool pe_stack_modules_has_library(void)
{
	for (size_t i = 0; i < modules; i++)
		if (module[i].is_ours)
			return true;
	return false;
}

/* --- the index of a module --- */

struct headers {
	uint64_t bias; /* added to addresses of the file */
	bool is_loaded, has_index;
	uint64_t index; /* address of .eh_frame_hdr in the file */
};

static void take_header(struct headers *h, const Elf64_Phdr *p, uint64_t base)
{
	if (p->p_type == PT_LOAD && !h->is_loaded) {
		h->is_loaded = true;
		h->bias = base - (p->p_vaddr - p->p_offset);
	} else if (p->p_type == PT_GNU_EH_FRAME) {
		h->has_index = true;
		h->index = p->p_vaddr;
	}
}

static bool read_headers(uint64_t base, struct headers *h)
{
	Elf64_Ehdr e;
	Elf64_Phdr p;

	if (!base || !pe_stack_memory_read(base, &e, sizeof(e)) ||
	    memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 || e.e_ident[EI_CLASS] != ELFCLASS64 ||
	    e.e_phentsize != sizeof(p))
		return false;
	for (unsigned int i = 0; i < e.e_phnum && i < MOST_HEADERS; i++) {
		if (!pe_stack_memory_read(base + e.e_phoff + i * sizeof(p), &p, sizeof(p)))
			return false;
		take_header(h, &p, base);
	}
	return h->is_loaded;
}

static void use_head(struct pe_stack_module *m, uint64_t at)
{
	struct head head;

	if (!pe_stack_memory_read(at, &head, sizeof(head)) || head.version != 1 ||
	    head.pointer != POINTER_RELATIVE_4 || head.count != COUNT_4 ||
	    head.table != TABLE_FROM_HEAD_4)
		return;
	m->index = (struct pe_stack_index){ at, at + sizeof(head), head.entries };
}

/* There is at most one such module in a process: its program. */
static void use_table(struct pe_stack_module *m, uint64_t bias)
{
	const struct pe_stack_table *t = pe_stack_table_of(thread, (ino_t)m->inode);

	if (!t)
		return;
	pe_stack_memory_put(t->entry, t->entries * sizeof(*t->entry));
	m->index = (struct pe_stack_index){ t->base + bias, PE_STACK_MEMORY_TABLE, t->entries };
}

const struct pe_stack_index *pe_stack_modules_index(struct pe_stack_module *m)
{
	struct headers h = { 0 };

	if (!m->is_known && read_headers(m->base, &h)) {
		if (h.has_index)
			use_head(m, h.bias + h.index);
		else
			use_table(m, h.bias);
	}
	m->is_known = true;
	return m->index.entries ? &m->index : NULL;
}
