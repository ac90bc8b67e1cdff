// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/needed.h"

typedef ElfW(Ehdr) elf_header;
typedef ElfW(Phdr) elf_segment;

/* our own header: a program of our class and machine fits the library */
extern const elf_header __ehdr_start __attribute__((visibility("hidden")));

/* 0; -ENOEXEC: it exists, but we may not execute it; else the error of stat() */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return -ENOEXEC;
	return 0;
}

/* A file that may not be executed is skipped; -EACCES if no directory has a better one. */
static int find_in(const char *path, const char *name, char *out, size_t size)
{
	int result = -ENOENT;
	size_t n;

	for (;; path += n + 1) {
		n = strcspn(path, ":");
		if (snprintf(out, size, "%.*s%s%s", (int)n, path, n ? "/" : "", name) < (int)size) {
			int r = executable(out);

			if (r == 0)
				return 0;
			if (r == -ENOEXEC)
				result = -EACCES;
		}
		if (!path[n])
			return result;
	}
}

int pe_program_find(const char *name, char *out, size_t size)
{
	const char *path = getenv("PATH");
	int r;

	if (!*name)
		return -ENOENT;
	if (!strchr(name, '/'))
		return find_in(path ? path : "/bin:/usr/bin", name, out, size);
	if (snprintf(out, size, "%s", name) >= (int)size)
		return -ENOENT;
	r = executable(out);
	if (r == 0)
		return 0;
	return r == -ENOEXEC || r == -EACCES ? -EACCES : -ENOENT;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The path of the dynamic loader in @fd's PT_INTERP; false if it has none. */
static bool read_loader(int fd, const elf_header *e, char *out, size_t size)
{
	elf_segment p;

	for (unsigned int i = 0; i < e->e_phnum; i++) {
		off_t at = (off_t)(e->e_phoff + (size_t)i * e->e_phentsize);

		if (pread(fd, &p, sizeof(p), at) != (ssize_t)sizeof(p))
			return false;
		if (p.p_type != PT_INTERP)
			continue;
		if (p.p_filesz == 0 || p.p_filesz > size ||
		    pread(fd, out, p.p_filesz, (off_t)p.p_offset) != (ssize_t)p.p_filesz)
			return false;
		out[p.p_filesz - 1] = '\0';
		return true;
	}
	return false;
}

/* The dynamic loader of this program; false in a static build. */
static bool own_loader(char *out, size_t size)
{
	const char *base;
	const elf_segment *p;

	/* hide the type from the compiler: the program headers lie behind this object */
	__asm__("" : "=r"(base) : "0"(&__ehdr_start));
	p = (const elf_segment *)(base + __ehdr_start.e_phoff);
	for (unsigned int i = 0; i < __ehdr_start.e_phnum; i++)
		if (p[i].p_type == PT_INTERP)
			return snprintf(out, size, "%s", base + p[i].p_vaddr) < (int)size;
	return false;
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Will the kernel set AT_SECURE? Then the loader ignores LD_PRELOAD. */
static bool privileged(int fd)
{
	struct stat st;
	struct statvfs fs;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	bool gains = false;

	if (fstat(fd, &st) < 0)
		return false;
	if (fstatvfs(fd, &fs) == 0 && !(fs.f_flag & ST_NOSUID) &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) {
		if (st.st_mode & S_ISUID)
			uid = st.st_uid;
		if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			gid = st.st_gid;
		gains = getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0;
	}
	return gains || uid != getuid() || gid != getgid();
}

/* AddressSanitizer checks the order only as a shared library, and unless this option is set. */
static bool wants_to_be_first(int fd, const elf_header *e)
{
	const char *options = getenv("ASAN_OPTIONS");

	return pe_needed_has(fd, e, "libasan.so.") &&
	       !(options && strstr(options, "verify_asan_link_order=0"));
}

static enum pe_program_fit judge_elf(int fd, const elf_header *e, const char *file)
{
	char loader[PATH_MAX], own[PATH_MAX];

	if (e->e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
	    e->e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
	    e->e_machine != __ehdr_start.e_machine)
		return PE_PROGRAM_FOREIGN;
	if (privileged(fd))
		return PE_PROGRAM_PRIVILEGED;
	if (!own_loader(own, sizeof(own)))
		return PE_PROGRAM_FITS;
	if (!read_loader(fd, e, loader, sizeof(loader))) /* "ld.so PROGRAM" is a way to start one */
		return same_file(file, own) ? PE_PROGRAM_FITS : PE_PROGRAM_STATIC;
	if (access(loader, F_OK) < 0)
		return PE_PROGRAM_NO_INTERPRETER;
	if (strcmp(last_part(loader), last_part(own)) != 0 && !same_file(loader, own))
		return strncmp(last_part(loader), "ld-musl-", 8) == 0 ? PE_PROGRAM_MUSL
								      : PE_PROGRAM_LIBC;
	return wants_to_be_first(fd, e) ? PE_PROGRAM_SANITIZED : PE_PROGRAM_FITS;
}

/* "#! /bin/sh -e" to "/bin/sh", as the kernel cuts it; false when there is no name */
static bool read_shebang(char *line, char *out, size_t size)
{
	char *name = line + 2 + strspn(line + 2, " \t");

	name[strcspn(name, " \t\n")] = '\0';
	return *name && snprintf(out, size, "%s", name) < (int)size;
}

/* One step: 1 and a new @file for a script, else 0 and the verdict. */
static int judge_step(char *file, size_t size, enum pe_program_fit *fit)
{
	union {
		elf_header elf;
		char text[257]; /* the kernel looks at 256 bytes */
	} head;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	*fit = PE_PROGRAM_FITS;
	if (fd < 0)
		return 0;
	memset(&head, 0, sizeof(head));
	n = pread(fd, head.text, sizeof(head.text) - 1, 0);
	if (n >= (ssize_t)sizeof(head.elf) && memcmp(head.text, ELFMAG, SELFMAG) == 0)
		*fit = judge_elf(fd, &head.elf, file);
	close(fd);
	if (strncmp(head.text, "#!", 2) != 0 || !read_shebang(head.text, file, size))
		return 0;
	if (access(file, F_OK) < 0)
		*fit = PE_PROGRAM_NO_INTERPRETER;
	return *fit == PE_PROGRAM_FITS;
}

enum pe_program_fit pe_program_judge(const char *path, char *file, size_t size)
{
	enum pe_program_fit fit = PE_PROGRAM_FITS;

	snprintf(file, size, "%s", path);
	for (int depth = 0; depth < 6; depth++) /* deeper than the kernel goes */
		if (judge_step(file, size, &fit) == 0)
			break;
	return fit;
}

const char *pe_program_why(enum pe_program_fit fit)
{
	static const char *const unfit[PE_PROGRAM_NO_INTERPRETER + 1] = {
		[PE_PROGRAM_STATIC] = "statically linked, no library can be preloaded into it",
		[PE_PROGRAM_FOREIGN] = "built for another machine than the library",
		[PE_PROGRAM_LIBC] = "built for another C library than the library",
		[PE_PROGRAM_MUSL] = "built for musl, for which the library is not installed",
		[PE_PROGRAM_PRIVILEGED] =
			"runs with other privileges than yours, so LD_PRELOAD is ignored",
		[PE_PROGRAM_SANITIZED] =
			"built with AddressSanitizer, whose library must be the first unless "
			"ASAN_OPTIONS=verify_asan_link_order=0 is set",
	};

	return unfit[fit];
}
