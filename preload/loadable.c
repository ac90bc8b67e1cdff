/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loadable.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "core/sys.h"
#include "core/text.h"
#include "libc/loaders.h"

#ifdef __x86_64__
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif

#define PATH_ROOM    256u /* longer paths are not searched for */
#define HEADER_ROOM  1024u
#define INTERPRETERS 4 /* nested interpreters, as many as the kernel follows */

enum answer { YES, NO, OTHER, UNKNOWN };

struct header {
	char bytes[HEADER_ROOM + 1]; /* the start of the file, and a NUL */
	size_t size;
};

/* --- the file --- */

/* Read the start of the file behind @fd. YES: it is a program; NO: it gains rights. */
static enum answer read_header(int fd, struct header *h)
{
	struct stat st;
	long n;

	if (pe_sys_fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return UNKNOWN;
	if ((st.st_mode & S_ISUID) || (st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		return NO;
	n = pe_sys_read(fd, h->bytes, HEADER_ROOM);
	h->size = n > 0 ? (size_t)n : 0;
	h->bytes[h->size] = '\0';
	return n > 0 ? YES : UNKNOWN;
}

static enum answer read_file(int dir, const char *path, struct header *h)
{
	int fd = pe_sys_openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	enum answer a = fd < 0 ? UNKNOWN : read_header(fd, h);

	if (fd >= 0)
		pe_sys_close(fd);
	return a;
}

/* --- PATH --- */

static const char *last_part(const char *path)
{
	const char *last = path;

	for (; *path; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

const char *pe_loadable_path(void)
{
	for (char **e = environ; e && *e; e++)
		if (pe_text_begins(*e, "PATH="))
			return *e + 5;
	return "/bin:/usr/bin";
}

bool pe_loadable_next(const char **list, const char *name, char *file, size_t size)
{
	struct pe_text text = pe_text_on(file, size);
	const char *end = *list;

	if (!*end)
		return false;
	while (*end && *end != ':')
		end++;
	pe_text_part(&text, *list, (size_t)(end - *list));
	pe_text_add(&text, end > *list ? "/" : "");
	pe_text_add(&text, name);
	pe_text_end(&text);
	if (text.at >= text.limit)
		*file = '\0';
	*list = end + (*end == ':');
	return true;
}

/* The first program of this name, as execvp() finds it. */
static enum answer read_from_path(const char *name, struct header *h)
{
	const char *list = pe_loadable_path();
	enum answer a = UNKNOWN;
	char file[PATH_ROOM];

	while (a == UNKNOWN && pe_loadable_next(&list, name, file, sizeof(file)))
		a = read_file(AT_FDCWD, file, h);
	return a;
}

/* Open a new descriptor: the offset of the program's own descriptor must not change. */
static enum answer read_descriptor(int fd, struct header *h)
{
	char path[32];
	struct pe_text text = pe_text_on(path, sizeof(path));

	pe_text_add(&text, "/proc/self/fd/");
	pe_text_decimal(&text, (uint64_t)(unsigned int)fd);
	return read_file(AT_FDCWD, pe_text_end(&text), h);
}

static enum answer read_program(const struct pe_loadable *program, struct header *h)
{
	if ((program->flags & AT_EMPTY_PATH) && !*program->path)
		return read_descriptor(program->dir, h);
	if (program->search && last_part(program->path) == program->path)
		return read_from_path(program->path, h);
	return read_file(program->dir, program->path, h);
}

/* --- kind of program --- */

/* Is the loader named by @p this library's, or that of the other C library? */
static enum answer by_loader(const struct header *h, const Elf64_Phdr *p)
{
	const char *name;

	if (p->p_offset >= h->size || p->p_filesz > h->size - p->p_offset)
		return UNKNOWN;
	name = last_part(h->bytes + p->p_offset);
	if (pe_text_same(name, PE_LOADER_GLIBC))
		return PE_LOADERS_ARE_MUSL ? OTHER : YES;
	if (pe_text_same(name, PE_LOADER_MUSL))
		return PE_LOADERS_ARE_MUSL ? YES : OTHER;
	return NO;
}

static enum answer by_elf(const struct header *h)
{
	Elf64_Ehdr e;
	Elf64_Phdr p;

	if (h->size < sizeof(e))
		return UNKNOWN;
	memcpy(&e, h->bytes, sizeof(e));
	if (e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_machine != MACHINE)
		return NO;
	for (size_t i = 0; i < e.e_phnum; i++) {
		size_t at = e.e_phoff + i * sizeof(p);

		if (e.e_phentsize != sizeof(p) || at > h->size || h->size - at < sizeof(p))
			return UNKNOWN;
		memcpy(&p, h->bytes + at, sizeof(p));
		if (p.p_type == PT_INTERP)
			return by_loader(h, &p);
	}
	return NO; /* static */
}

/* The interpreter of a script, cut out in place. NULL: it is not a script. */
static const char *interpreter(struct header *h)
{
	char *at = h->bytes + 2, *end;

	if (h->bytes[0] != '#' || h->bytes[1] != '!')
		return NULL;
	while (*at == ' ' || *at == '\t')
		at++;
	for (end = at; *end && *end != ' ' && *end != '\t' && *end != '\n'; end++)
		;
	*end = '\0';
	return at;
}

static enum answer judge(const struct pe_loadable *program)
{
	struct header h;
	enum answer a = read_program(program, &h);

	for (int depth = 0; a == YES && depth < INTERPRETERS; depth++) {
		char path[PATH_ROOM];
		const char *next = interpreter(&h);
		struct pe_text text = pe_text_on(path, sizeof(path));

		if (!next)
			return pe_text_begins(h.bytes, ELFMAG) ? by_elf(&h) : UNKNOWN;
		pe_text_add(&text, next);
		a = read_file(AT_FDCWD, pe_text_end(&text), &h);
	}
	return a;
}

enum pe_loader pe_loadable_by(const struct pe_loadable *program)
{
	static const struct pe_loadable shell = { .dir = AT_FDCWD, .path = "/bin/sh" };
	enum answer a = judge(program->path ? program : &shell);

	if (a == OTHER)
		return PE_LOADER_OTHER;
	return a == NO && program->path ? PE_LOADER_NONE : PE_LOADER_OWN;
}
