/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * learn_path - looking at /proc.
 *
 *   /proc/N, /proc/N/...           a call that succeeds on it has seen N
 *   /proc, opened                  its reader is about to see every pid there is: a shell that expands
 *                                  /proc/[0-9]* looks no closer. All of them are read here, before the caller does.
 *   /proc/.../fdinfo/D, opened     of a pidfd: the pid in its line "Pid:"
 *
 * Only absolute paths in their plain spelling count. The path is looked at after a success, when it is
 * known to be readable; one compare of two bytes tells nearly all others from these.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/sys.h"
#include "learn.h"

/* --- what a path shows --- */

/* the pid that @text begins with, at most one of 8 digits; *end is what follows. -1: none */
static int number_in(const char *text, const char **end)
{
	int pid = -1, digits = 0;

	for (; *text >= '0' && *text <= '9' && digits < 8; text++, digits++)
		pid = (digits ? pid * 10 : 0) + *text - '0';
	*end = text;
	return pid;
}

void pe_learn_looked(const char *below_proc)
{
	const char *end;
	int pid;

	if (below_proc[0] != '/')
		return;
	pid = number_in(below_proc + 1, &end);
	if (*end == '\0' || *end == '/')
		pe_preload_learn(pid);
}

static bool is_proc_itself(const char *below_proc)
{
	return below_proc[0] == '\0' || (below_proc[0] == '/' && below_proc[1] == '\0');
}

/* "/NAME/fdinfo/..." */
static bool is_fdinfo(const char *below_proc)
{
	static const char name[] = "/fdinfo/";
	size_t i = 0;

	for (below_proc++; *below_proc && *below_proc != '/'; below_proc++)
		;
	while (name[i] && below_proc[i] == name[i])
		i++;
	return !name[i];
}

struct entry { /* the kernel's struct linux_dirent64 */
	uint64_t inode;
	int64_t offset;
	unsigned short bytes;
	unsigned char type;
	char name[];
};

static void learn_entries(const char *at, const char *end)
{
	while (at < end) {
		const struct entry *e = (const struct entry *)at;
		const char *rest;
		int pid = number_in(e->name, &rest);

		if (*rest == '\0')
			pe_preload_learn(pid);
		at += e->bytes;
	}
}

/* @fd is new, and at its beginning; there it is left. */
static void learn_all(int fd)
{
	_Alignas(struct entry) char buffer[1024];
	long n;

	while ((n = pe_sys3(SYS_getdents64, fd, PE_SYS_LONG(buffer), sizeof(buffer))) > 0)
		learn_entries(buffer, buffer + n);
	pe_sys3(SYS_lseek, fd, 0, SEEK_SET);
}

/* pread leaves @fd at its beginning. */
static void learn_pidfd(int fd)
{
	static const char label[] = "\nPid:\t";
	char text[512];
	const char *end;
	long n = pe_sys4(SYS_pread64, fd, PE_SYS_LONG(text), sizeof(text) - 1, 0);
	size_t matched = 0;

	if (n <= 0)
		return;
	text[n] = '\0';
	for (const char *at = text; *at; at++) {
		matched = *at == label[matched] ? matched + 1 : *at == label[0];
		if (!label[matched]) {
			pe_preload_learn(number_in(at + 1, &end));
			return;
		}
	}
}

void pe_learn_opened(const char *below_proc, int fd)
{
	if (is_proc_itself(below_proc)) {
		learn_all(fd);
	} else if (below_proc[0] == '/') {
		pe_learn_looked(below_proc);
		if (is_fdinfo(below_proc))
			learn_pidfd(fd);
	}
}

/* --- opening --- */

static int opened(const char *path, int fd)
{
	const char *below = fd >= 0 ? pe_learn_below_proc(path) : NULL;

	if (unlikely(below))
		pe_learn_opened(below, fd);
	return fd;
}

/* libc takes a mode only where the flags ask for one; where there is none, what is handed on is not looked at. */
#define MODE(flags)                                                                                \
	va_list more;                                                                              \
	mode_t mode;                                                                               \
                                                                                                   \
	va_start(more, flags);                                                                     \
	mode = va_arg(more, mode_t);                                                               \
	va_end(more)

PE_PUBLIC int open(const char *path, int flags, ...)
{
	MODE(flags);
	return opened(path, PE_REAL(open)(path, flags, mode));
}

PE_PUBLIC int open64(const char *path, int flags, ...) __attribute__((alias("open")));

PE_PUBLIC int openat(int dir, const char *path, int flags, ...)
{
	MODE(flags);
	return opened(path, PE_REAL(openat)(dir, path, flags, mode));
}

PE_PUBLIC int openat64(int dir, const char *path, int flags, ...) __attribute__((alias("openat")));

/* what they become in programs built with _FORTIFY_SOURCE */
PE_PUBLIC int __open_2(const char *path, int flags);
PE_PUBLIC int __open64_2(const char *path, int flags) __attribute__((alias("__open_2")));
PE_PUBLIC int __openat_2(int dir, const char *path, int flags);
PE_PUBLIC int __openat64_2(int dir, const char *path, int flags)
	__attribute__((alias("__openat_2")));

PE_PUBLIC int __open_2(const char *path, int flags)
{
	return opened(path, PE_REAL(__open_2)(path, flags));
}

PE_PUBLIC int __openat_2(int dir, const char *path, int flags)
{
	return opened(path, PE_REAL(__openat_2)(dir, path, flags));
}

PE_PUBLIC FILE *fopen(const char *path, const char *mode)
{
	FILE *f = PE_REAL(fopen)(path, mode);
	const char *below = f ? pe_learn_below_proc(path) : NULL;

	if (unlikely(below))
		pe_learn_opened(below, fileno(f));
	return f;
}

PE_PUBLIC FILE *fopen64(const char *path, const char *mode) __attribute__((alias("fopen")));

PE_PUBLIC DIR *opendir(const char *path)
{
	DIR *dir = PE_REAL(opendir)(path);
	const char *below = dir ? pe_learn_below_proc(path) : NULL;

	if (unlikely(below))
		pe_learn_opened(below, dirfd(dir));
	return dir;
}

/* --- looking --- */

static long looked(const char *path, long n)
{
	const char *below = n >= 0 ? pe_learn_below_proc(path) : NULL;

	if (unlikely(below))
		pe_learn_looked(below);
	return n;
}

#define LOOK(type, name, parameters, arguments)                                                    \
	PE_PUBLIC type name parameters                                                             \
	{                                                                                          \
		return (type)looked(path, PE_REAL(name) arguments);                                \
	}

LOOK(int, access, (const char *path, int mode), (path, mode))
LOOK(int, faccessat, (int dir, const char *path, int mode, int flags), (dir, path, mode, flags))
LOOK(int, euidaccess, (const char *path, int mode), (path, mode))
PE_PUBLIC int eaccess(const char *path, int mode) __attribute__((alias("euidaccess")));
LOOK(ssize_t, readlink, (const char *path, char *to, size_t bytes), (path, to, bytes))
LOOK(ssize_t, readlinkat, (int dir, const char *path, char *to, size_t bytes),
     (dir, path, to, bytes))
LOOK(int, statx, (int dir, const char *path, int flags, unsigned int mask, struct statx *st),
     (dir, path, flags, mask, st))
LOOK(int, stat, (const char *path, struct stat *st), (path, st))
LOOK(int, lstat, (const char *path, struct stat *st), (path, st))
LOOK(int, fstatat, (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags))

/* what they were in programs linked before glibc 2.33 */
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);
LOOK(int, __xstat, (int version, const char *path, struct stat *st), (version, path, st))
LOOK(int, __lxstat, (int version, const char *path, struct stat *st), (version, path, st))
LOOK(int, __fxstatat, (int version, int dir, const char *path, struct stat *st, int flags),
     (version, dir, path, st, flags))

/* struct stat64 is struct stat by another name. */
_Static_assert(sizeof(struct stat64) == sizeof(struct stat), "64-bit processors only");

#define LOOK64(name, plain, parameters, arguments)                                                 \
	PE_PUBLIC int name parameters;                                                             \
	PE_PUBLIC int name parameters                                                              \
	{                                                                                          \
		return plain arguments;                                                            \
	}

LOOK64(stat64, stat, (const char *path, struct stat64 *st), (path, (struct stat *)st))
LOOK64(lstat64, lstat, (const char *path, struct stat64 *st), (path, (struct stat *)st))
LOOK64(fstatat64, fstatat, (int dir, const char *path, struct stat64 *st, int flags),
       (dir, path, (struct stat *)st, flags))
LOOK64(__xstat64, __xstat, (int version, const char *path, struct stat64 *st),
       (version, path, (struct stat *)st))
LOOK64(__lxstat64, __lxstat, (int version, const char *path, struct stat64 *st),
       (version, path, (struct stat *)st))
LOOK64(__fxstatat64, __fxstatat,
       (int version, int dir, const char *path, struct stat64 *st, int flags),
       (version, dir, path, (struct stat *)st, flags))
