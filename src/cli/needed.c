// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/needed.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

typedef ElfW(Ehdr) elf_header;
typedef ElfW(Phdr) elf_segment;
typedef ElfW(Dyn) elf_entry;

struct program {
	int fd;
	const elf_header *e;
};

static bool read_at(const struct program *p, ElfW(Off) at, void *to, size_t size)
{
	return pread(p->fd, to, size, (off_t)at) == (ssize_t)size;
}

static bool read_segment(const struct program *p, unsigned int i, elf_segment *s)
{
	return read_at(p, p->e->e_phoff + (ElfW(Off))i * p->e->e_phentsize, s, sizeof(*s));
}

static bool find_dynamic(const struct program *p, elf_segment *s)
{
	for (unsigned int i = 0; i < p->e->e_phnum; i++)
		if (!read_segment(p, i, s))
			return false;
		else if (s->p_type == PT_DYNAMIC)
			return true;
	return false;
}

/* file offset of what is mapped at @address; 0: nothing is */
static ElfW(Off) file_offset(const struct program *p, ElfW(Addr) address)
{
	elf_segment s;

	for (unsigned int i = 0; i < p->e->e_phnum && read_segment(p, i, &s); i++)
		if (s.p_type == PT_LOAD && address >= s.p_vaddr && address - s.p_vaddr < s.p_filesz)
			return s.p_offset + (address - s.p_vaddr);
	return 0;
}

/* entry @n; false if there are fewer */
static bool read_entry(const struct program *p, const elf_segment *dynamic, size_t n,
		       elf_entry *entry)
{
	size_t at = n * sizeof(*entry);

	return at < dynamic->p_filesz &&
	       read_at(p, dynamic->p_offset + at, entry, sizeof(*entry)) && entry->d_tag != DT_NULL;
}

static bool begins(const struct program *p, ElfW(Off) at, const char *begin)
{
	char text[64];
	size_t length = strlen(begin);

	return length <= sizeof(text) && read_at(p, at, text, length) &&
	       memcmp(text, begin, length) == 0;
}

bool pe_needed_has(int fd, const elf_header *e, const char *begin)
{
	const struct program p = { .fd = fd, .e = e };
	ElfW(Off) names = 0;
	elf_segment dynamic;
	elf_entry entry;

	if (!find_dynamic(&p, &dynamic))
		return false;
	for (size_t n = 0; read_entry(&p, &dynamic, n, &entry); n++)
		if (entry.d_tag == DT_STRTAB)
			names = file_offset(&p, entry.d_un.d_ptr);
	for (size_t n = 0; names && read_entry(&p, &dynamic, n, &entry); n++)
		if (entry.d_tag == DT_NEEDED && begins(&p, names + entry.d_un.d_val, begin))
			return true;
	return false;
}
