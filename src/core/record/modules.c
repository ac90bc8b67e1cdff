/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <elf.h>

#include "core/record/append.h"
#include "core/record/fields.h"
#include "core/record/modules.h"
#include "core/sys.h"
#include "core/text.h"

#define LINE   4096u /* of a record, and of a write */
#define INPUT  (PE_MODULES_ROOM - LINE)
#define PATH   512u /* of a module's path, the rest is cut */
#define ID_MAX 32u

/* Code from a file, or the kernel's own page. Code generated at run time changes too often. */
static bool counts(const struct pe_modules_mapping *m)
{
	return m->line.executable &&
	       (m->line.path[0] == '/' || pe_text_same(m->line.path, "[vdso]"));
}

/* --- all lines --- */

struct scan {
	uint64_t base, base_inode; /* where the beginning of the file last seen is mapped */
	pe_modules_see *see;
	void *arg;
};

/* State of writing the records of a set to a file. */
struct writing {
	int pid, out;
	uint64_t name;
	struct pe_text lines;
};

static void flush(struct writing *w)
{
	if (pe_text_length(&w->lines))
		pe_append_write(w->out, w->lines.start, pe_text_length(&w->lines));
	w->lines.at = w->lines.start;
}

static uint64_t mix(uint64_t h, uint64_t n)
{
	h = (h ^ n) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t mix_in(uint64_t h, const struct pe_modules_mapping *m)
{
	h = mix(mix(mix(mix(h, m->line.start), m->line.end), m->line.offset), m->line.inode);
	for (const char *c = m->line.path; *c; c++)
		h = mix(h, (unsigned char)*c);
	return h;
}

/* Copy the build id into @id. Returns its length, 0: none. @at and @left: the notes of one segment,
 * in memory. */
static size_t id_in_notes(int pid, uint64_t at, uint64_t left, uint8_t *id)
{
	struct {
		Elf64_Nhdr h;
		char name[4];
	} note;

	while (left >= sizeof(note) && pe_sys_copy_of(pid, &note, at, sizeof(note)) == 0) {
		uint64_t size = sizeof(note.h) + ((note.h.n_namesz + UINT64_C(3)) & ~UINT64_C(3));

		if (note.h.n_type == NT_GNU_BUILD_ID && note.h.n_namesz == 4 &&
		    memcmp(note.name, "GNU", 4) == 0 && note.h.n_descsz <= ID_MAX)
			return pe_sys_copy_of(pid, id, at + size, note.h.n_descsz) == 0
				       ? note.h.n_descsz
				       : 0;
		size += (note.h.n_descsz + UINT64_C(3)) & ~UINT64_C(3);
		if (size > left)
			return 0;
		at += size;
		left -= size;
	}
	return 0;
}

static size_t build_id(int pid, uint64_t base, uint8_t *id)
{
	Elf64_Ehdr e;
	Elf64_Phdr p;
	uint64_t bias = 0;
	bool loaded = false;
	size_t n = 0;

	if (!base || pe_sys_copy_of(pid, &e, base, sizeof(e)) ||
	    memcmp(e.e_ident, ELFMAG, SELFMAG) || e.e_phentsize != sizeof(p))
		return 0;
	for (unsigned int i = 0; i < e.e_phnum && i < 32 && n == 0; i++) {
		if (pe_sys_copy_of(pid, &p, base + e.e_phoff + i * sizeof(p), sizeof(p)))
			return 0;
		if (p.p_type == PT_LOAD && !loaded) {
			bias = base - p.p_vaddr;
			loaded = true;
		}
		if (p.p_type == PT_NOTE && loaded)
			n = id_in_notes(pid, bias + p.p_vaddr, p.p_filesz, id);
	}
	return n;
}

static void add_record(struct writing *w, const struct pe_modules_mapping *m)
{
	struct pe_text *t = &w->lines;
	char path[PATH], set[17], id[2 * ID_MAX + 1];
	struct pe_text cut = pe_text_on(path, sizeof(path)), name = pe_text_on(set, sizeof(set)),
		       digits = pe_text_on(id, sizeof(id));
	uint8_t bytes[ID_MAX];
	size_t n = build_id(w->pid, m->base, bytes);

	pe_text_add(&cut, m->line.path);
	pe_text_hex(&name, w->name, 16);
	for (size_t i = 0; i < n; i++)
		pe_text_hex(&digits, bytes[i], 2);
	pe_text_add(t, "{\"pidepoch\":2,\"type\":\"module\"");
	pe_fields_text(t, "set", pe_text_end(&name));
	pe_fields_address(t, "start", m->line.start);
	pe_fields_address(t, "end", m->line.end);
	pe_fields_address(t, "offset", m->line.offset);
	pe_fields_text(t, "build_id", pe_text_end(&digits));
	pe_fields_text(t, "path", pe_text_end(&cut));
	pe_text_add(t, "}\n");
}

/* A record that does not fit after the others starts the next write. */
static bool write_record(void *arg, const struct pe_modules_mapping *m)
{
	struct writing *w = arg;
	char *before = w->lines.at;

	add_record(w, m);
	if (w->lines.at < w->lines.limit)
		return true;
	w->lines.at = before;
	flush(w);
	add_record(w, m);
	return true;
}

static bool add_to_name(void *arg, const struct pe_modules_mapping *m)
{
	uint64_t *name = arg;

	*name = mix_in(*name, m);
	return true;
}

static bool one_line(struct scan *s, const struct pe_maps_line *line)
{
	struct pe_modules_mapping m = { .line = *line };

	if (line->offset == 0) {
		s->base = line->start;
		s->base_inode = line->inode;
	}
	m.base = s->base_inode == line->inode ? s->base : 0;
	return !counts(&m) || s->see(s->arg, &m);
}

static int open_maps(int pid)
{
	char path[32];
	struct pe_text t = pe_text_on(path, sizeof(path));

	pe_text_add(&t, "/proc/");
	if (pid)
		pe_text_decimal(&t, (uint64_t)pid);
	else
		pe_text_add(&t,
			    "self"); /* correct even if /proc belongs to another pid namespace */
	pe_text_add(&t, "/maps");
	return pe_sys_open(pe_text_end(&t), O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

bool pe_modules_each(int pid, char *room, pe_modules_see *see, void *arg)
{
	struct scan s = { .see = see, .arg = arg };
	struct pe_maps_reader r = { .fd = open_maps(pid), .buffer = room, .size = INPUT };
	struct pe_maps_line line;

	if (r.fd < 0)
		return false;
	while (pe_maps_next(&r, &line) && one_line(&s, &line))
		;
	pe_sys_close(r.fd);
	return r.error == 0;
}

uint64_t pe_modules_name(int pid, char *room)
{
	uint64_t name = 0;

	return pe_modules_each(pid, room, add_to_name, &name) ? name | 1 : 0;
}

void pe_modules_write(int fd, int pid, uint64_t name, char *room)
{
	struct writing w = {
		.pid = pid ? pid : pe_sys_getpid(),
		.out = fd,
		.name = name,
		.lines = pe_text_on(room + INPUT, LINE),
	};

	pe_modules_each(pid, room, write_record, &w);
	flush(&w);
}
