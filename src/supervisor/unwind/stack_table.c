// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_table.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/peer/proc.h"

#define KEPT	      4u
#define MOST_SECTIONS 4096u
#define MOST_SEGMENTS 64u

/* the supported encodings of an address (DWARF, "Exception Frames") */
#define ABSOLUTE   0x00u
#define ABSOLUTE_4 0x03u
#define RELATIVE_4 0x1bu
#define RELATIVE_8 0x1cu

static struct kept {
	struct stat of;
	struct pe_stack_table table;
	struct pe_stack_table_entry *room;
} kept[KEPT];

/* --- the entries of .eh_frame --- */

struct section {
	const uint8_t *byte;
	size_t bytes;
	uint64_t address;
};

static bool take(const struct section *s, size_t at, void *to, size_t n)
{
	if (at > s->bytes || n > s->bytes - at)
		return false;
	memcpy(to, s->byte + at, n);
	return true;
}

static bool take_uleb(const struct section *s, size_t *at, uint64_t *out)
{
	uint8_t byte = 0x80;

	*out = 0;
	for (unsigned int shift = 0; byte & 0x80; shift += 7) {
		if (shift > 63 || !take(s, (*at)++, &byte, 1))
			return false;
		*out |= (uint64_t)(byte & 0x7f) << shift;
	}
	return true;
}

/* The encoding of addresses in the FDEs of the CIE at @at, from 'R' in its augmentation. false: the
 * CIE is not supported. */
static bool read_encoding(const struct section *s, size_t at, uint8_t *encoding)
{
	uint64_t skipped;
	uint8_t version = 0, c = 0;
	char letters[8] = "";
	size_t n = 0, p = at + 9; /* length, id, version */

	if (!take(s, at + 8, &version, 1))
		return false;
	do
		if (n == sizeof(letters) || !take(s, p++, &letters[n], 1))
			return false;
	while (letters[n++]);
	*encoding = ABSOLUTE;
	if (letters[0] != 'z')
		return letters[0] == '\0';
	/* code and data alignment, return register, length of the augmentation */
	if (!take_uleb(s, &p, &skipped) || !take_uleb(s, &p, &skipped))
		return false;
	if (version == 1 ? !take(s, p++, &c, 1) : !take_uleb(s, &p, &skipped))
		return false;
	if (!take_uleb(s, &p, &skipped))
		return false;
	for (const char *l = letters + 1; *l; l++) {
		if (*l == 'R')
			return take(s, p, encoding, 1);
		if (*l == 'P') {
			if (!take(s, p, &c, 1))
				return false;
			p += (c & 0x0f) == 0x0b || (c & 0x0f) == 0x03 ? 5 : 9;
		} else if (*l == 'L') {
			p++;
		}
	}
	return true;
}

/* Read the address at @at, which has this encoding. */
static bool read_address(const struct section *s, size_t at, uint8_t encoding, uint64_t *out)
{
	int32_t narrow;
	uint64_t wide;

	switch (encoding) {
	case ABSOLUTE:
	case RELATIVE_8:
		if (!take(s, at, &wide, 8))
			return false;
		*out = encoding == RELATIVE_8 ? s->address + at + wide : wide;
		return true;
	case ABSOLUTE_4:
	case RELATIVE_4:
		if (!take(s, at, &narrow, 4))
			return false;
		*out = encoding == RELATIVE_4 ? s->address + at + (uint64_t)(int64_t)narrow
					      : (uint32_t)narrow;
		return true;
	default:
		return false;
	}
}

/* Make the entry for the FDE at @at, whose CIE is @cie bytes before its id. false: it gets none. */
static bool read_fde(const struct section *s, size_t at, uint32_t cie,
		     struct pe_stack_table_entry *e)
{
	uint64_t start;
	uint8_t encoding;
	int64_t distance;

	if (cie > at + 4 || !read_encoding(s, at + 4 - cie, &encoding) ||
	    !read_address(s, at + 8, encoding, &start) || start == 0)
		return false;
	distance = (int64_t)(start - s->address);
	if (distance != (int32_t)distance)
		return false;
	*e = (struct pe_stack_table_entry){ (int32_t)distance, (int32_t)at };
	return true;
}

static size_t read_entries(const struct section *s, struct pe_stack_table_entry *e, size_t most)
{
	uint32_t length, id;
	size_t n = 0;

	for (size_t at = 0; n < most; at += 4 + (size_t)length) {
		if (!take(s, at, &length, 4) || length == 0 || length == UINT32_MAX ||
		    !take(s, at + 4, &id, 4))
			break;
		if (id != 0 && read_fde(s, at, id, &e[n]))
			n++;
	}
	return n;
}

static int compare(const void *a, const void *b)
{
	const struct pe_stack_table_entry *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* --- the file --- */

static bool read_at(int fd, void *to, size_t bytes, uint64_t at)
{
	return at <= INT64_MAX && pread(fd, to, bytes, (off_t)at) == (ssize_t)bytes;
}

static bool is_called(int fd, const Elf64_Shdr *names, const Elf64_Shdr *s, const char *name)
{
	char text[16] = "";
	size_t n = strlen(name) + 1;

	return s->sh_name < names->sh_size && read_at(fd, text, n, names->sh_offset + s->sh_name) &&
	       memcmp(text, name, n) == 0;
}

static bool has_index(int fd, const Elf64_Ehdr *e)
{
	Elf64_Phdr p;

	for (unsigned int i = 0; i < e->e_phnum && i < MOST_SEGMENTS; i++)
		if (read_at(fd, &p, sizeof(p), e->e_phoff + i * sizeof(p)) &&
		    p.p_type == PT_GNU_EH_FRAME)
			return true;
	return false;
}

static bool find_section(int fd, const Elf64_Ehdr *e, Elf64_Shdr *s)
{
	Elf64_Shdr names;

	if (e->e_shentsize != sizeof(*s) || e->e_shnum > MOST_SECTIONS ||
	    e->e_shstrndx >= e->e_shnum ||
	    !read_at(fd, &names, sizeof(names), e->e_shoff + e->e_shstrndx * sizeof(names)))
		return false;
	for (unsigned int i = 0; i < e->e_shnum; i++)
		if (read_at(fd, s, sizeof(*s), e->e_shoff + i * sizeof(*s)) &&
		    s->sh_flags & SHF_ALLOC && s->sh_type != SHT_NOBITS &&
		    is_called(fd, &names, s, ".eh_frame"))
			return s->sh_size <= PE_STACK_TABLE_BYTES;
	return false;
}

static void build(struct kept *k, const struct section *s)
{
	size_t most = s->bytes / 16; /* no FDE is shorter */

	k->room = calloc(most + 1, sizeof(*k->room));
	if (!k->room)
		return;
	k->table.base = s->address;
	k->table.entries = read_entries(s, k->room, most);
	k->table.entry = k->room;
	qsort(k->room, k->table.entries, sizeof(*k->room), compare);
}

static void read_file(struct kept *k, int fd)
{
	Elf64_Ehdr e;
	Elf64_Shdr header;
	uint8_t *bytes;

	if (!read_at(fd, &e, sizeof(e), 0) || memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 || has_index(fd, &e) ||
	    !find_section(fd, &e, &header))
		return;
	bytes = malloc(header.sh_size + 1);
	if (bytes && read_at(fd, bytes, header.sh_size, header.sh_offset))
		build(k, &(struct section){ bytes, header.sh_size, header.sh_addr });
	free(bytes);
}

/* --- which file --- */

/* stack_table.3 */
static bool may_read(int tid, const struct stat *st)
{
	uint32_t uid[4];

	if (!S_ISREG(st->st_mode))
		return false;
	if (st->st_mode & S_IROTH)
		return true;
	return pe_proc_users(tid, uid) &&
	       (uid[3] == 0 || (uid[3] == st->st_uid && st->st_mode & S_IRUSR));
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static const struct kept *get(int fd, const struct stat *st)
{
	static unsigned int next;
	struct kept *k;

	for (unsigned int i = 0; i < KEPT; i++)
		if (is_same(&kept[i].of, st))
			return &kept[i];
	k = &kept[next++ % KEPT];
	free(k->room);
	*k = (struct kept){ .of = *st };
	read_file(k, fd);
	return k;
}

const struct pe_stack_table *pe_stack_table_of(int tid, ino_t inode)
{
	int fd = pe_proc_open(O_RDONLY | O_NONBLOCK, "%d/exe", tid);
	const struct kept *k = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && (!inode || st.st_ino == inode) && may_read(tid, &st))
		k = get(fd, &st);
	close(fd);
	return k && k->table.entries ? &k->table : NULL;
}
