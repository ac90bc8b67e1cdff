/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * learn_path - looking at /proc.
 *
 *   /proc/N/..., opened or readlink   the program reads about process N: evidence
 *   /proc/N, only tested              a probe: it proves nothing (core/evidence/evidence.h)
 *   /proc, opened                     the program is about to list every pid
 *   /proc/.../fdinfo/D, opened        of a pidfd: the pid in its line "Pid:"
 *   cgroup.procs, children, opened    the pids in it
 *   any other file, for reading       recorded: it may contain a pid
 *
 * Only absolute paths without ".", ".." or doubled slashes count as paths of /proc.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys.h"
#include "core/text.h"
#include "learn.h"

/* --- what a path shows --- */

/* The pid at the start of @text; *end is what follows. -1: none */
static int number_in(const char *text, const char **end)
{
	uint64_t n;

	*end = pe_text_digits(text, NULL, 10, &n);
	return *end > text && n <= INT_MAX ? (int)n : -1;
}

void pe_learn_looked(const char *below_proc)
{
	const char *end;
	int pid;

	if (below_proc[0] != '/')
		return;
	pid = number_in(below_proc + 1, &end);
	if (pid > 0 && *end == '/' && end[1])
		pe_preload_looked(pid);
}

bool pe_learn_refused(const char *below_proc)
{
	const char *end;
	int pid;
	long n = 0;

	if (below_proc[0] != '/')
		return false;
	pid = number_in(below_proc + 1, &end);
	if (pid > 0 && (*end == '\0' || *end == '/'))
		n = pe_preload_look(pid);
	if (n < 0)
		errno = (int)-n;
	return n < 0;
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

static bool ends_with(const char *path, const char *end)
{
	size_t length = pe_text_span(path), n = pe_text_span(end);

	return length >= n && memcmp(path + length - n, end, n) == 0;
}

/* Learn the pids of a kernel file that has one per line, or separated by blanks. pread leaves @fd
 * at its start. */
static void learn_list(int fd)
{
	char text[1024];
	const char *at = text;
	long n = pe_sys4(SYS_pread64, fd, PE_SYS_LONG(text), sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	while (*at) {
		int pid = number_in(at, &at);

		if (pid > 0)
			pe_preload_named(pid);
		at += *at != '\0';
	}
}

/* pread leaves @fd at its start. */
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

/* Opening a directory only lists it: the program has not read about the process. */
void pe_learn_opened(const char *below_proc, int fd)
{
	if (pe_preload_is_confined())
		return;
	if (is_proc_itself(below_proc)) {
		pe_preload_listed();
	} else if (below_proc[0] == '/') {
		pe_learn_looked(below_proc);
		if (is_fdinfo(below_proc))
			learn_pidfd(fd);
		if (ends_with(below_proc, "/children"))
			learn_list(fd);
	}
}

/* --- other files --- */

/* Files of the installed system contain no pids. */
static bool is_of_system(const char *path)
{
	static const char roots[][6] = { "/usr/", "/lib", "/sys/", "/dev/" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (pe_text_begins(path, roots[i]))
			return !pe_text_begins(path, "/dev/shm/");
	return false;
}

static __attribute__((cold, noinline)) void remember(int dir, const char *path, int flags, int fd)
{
	if ((flags & O_ACCMODE) == O_WRONLY || (flags & O_TRUNC))
		pe_preload_written(path);
	else if (pe_text_begins(path, "/sys/fs/cgroup/")) {
		if (ends_with(path, "/cgroup.procs") || ends_with(path, "/tasks"))
			learn_list(fd);
	} else if (!is_of_system(path)) {
		pe_preload_opened(path, dir == AT_FDCWD, fd);
	}
}

/* --- opening --- */

bool pe_learn_path_refused(const char *path)
{
	const char *below = pe_learn_below_proc(path);

	return unlikely(below) && pe_learn_refused(below);
}

int pe_learn_path_opened(int dir, const char *path, int flags, int fd)
{
	const char *below;

	if (unlikely(fd < 0))
		return fd;
	below = pe_learn_below_proc(path);
	if (unlikely(below))
		pe_learn_opened(below, fd);
	else if (!(flags & (O_DIRECTORY | O_PATH)) && !pe_learn_is_library(path))
		remember(dir, path, flags, fd);
	return fd;
}

/* The mode is read only if the flags ask for one; otherwise its value is not used. */
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
	if (pe_learn_path_refused(path))
		return -1;
	return pe_learn_path_opened(AT_FDCWD, path, flags, PE_REAL(open)(path, flags, mode));
}

PE_PUBLIC int openat(int dir, const char *path, int flags, ...)
{
	MODE(flags);
	if (pe_learn_path_refused(path))
		return -1;
	return pe_learn_path_opened(dir, path, flags, PE_REAL(openat)(dir, path, flags, mode));
}

/* the flags of open() for this fopen() mode */
static int flags_of(const char *mode)
{
	bool both = mode[0] && (mode[1] == '+' || (mode[1] && mode[2] == '+'));

	if (mode[0] == 'r' || (mode[0] == 'a' && both))
		return O_RDONLY;
	return O_WRONLY;
}

PE_PUBLIC FILE *fopen(const char *path, const char *mode)
{
	FILE *f = pe_learn_path_refused(path) ? NULL : PE_REAL(fopen)(path, mode);

	if (f)
		pe_learn_path_opened(AT_FDCWD, path, flags_of(mode), fileno(f));
	return f;
}

PE_PUBLIC DIR *opendir(const char *path)
{
	DIR *dir = pe_learn_path_refused(path) ? NULL : PE_REAL(opendir)(path);
	const char *below = dir ? pe_learn_below_proc(path) : NULL;

	if (unlikely(below))
		pe_learn_opened(below, dirfd(dir));
	return dir;
}

/* --- existence tests --- */

#define PROBE(type, name, parameters, arguments)                                                   \
	PE_PUBLIC type name parameters                                                             \
	{                                                                                          \
		return pe_learn_path_refused(path) ? -1 : PE_REAL(name) arguments;                 \
	}

/* --- links: /proc/N/exe, /proc/N/cwd ... --- */

static ssize_t looked(const char *path, ssize_t n)
{
	const char *below = n >= 0 ? pe_learn_below_proc(path) : NULL;

	if (unlikely(below))
		pe_learn_looked(below);
	return n;
}

PE_PUBLIC ssize_t readlink(const char *path, char *to, size_t bytes)
{
	return pe_learn_path_refused(path) ? -1 : looked(path, PE_REAL(readlink)(path, to, bytes));
}

PE_PUBLIC ssize_t readlinkat(int dir, const char *path, char *to, size_t bytes)
{
	return pe_learn_path_refused(path)
		       ? -1
		       : looked(path, PE_REAL(readlinkat)(dir, path, to, bytes));
}

PROBE(int, access, (const char *path, int mode), (path, mode))
PROBE(int, faccessat, (int dir, const char *path, int mode, int flags), (dir, path, mode, flags))
PROBE(int, euidaccess, (const char *path, int mode), (path, mode))
PE_PUBLIC int eaccess(const char *path, int mode) __attribute__((alias("euidaccess")));
PROBE(int, stat, (const char *path, struct stat *st), (path, st))
PROBE(int, lstat, (const char *path, struct stat *st), (path, st))
PROBE(int, fstatat, (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags))

/* not every libc has it */
PE_PUBLIC int statx(int dir, const char *path, int flags, unsigned int mask, struct statx *st);

PE_PUBLIC int statx(int dir, const char *path, int flags, unsigned int mask, struct statx *st)
{
	if (pe_learn_path_refused(path))
		return -1;
	return pe_real(PE_REAL_statx) ? PE_REAL(statx)(dir, path, flags, mask, st)
				      : (int)pe_result(-ENOSYS);
}

/* --- chdir: files opened by a relative path are relative to the old directory --- */

PE_PUBLIC int chdir(const char *path)
{
	pe_preload_moving();
	return PE_REAL(chdir)(path);
}

PE_PUBLIC int fchdir(int fd)
{
	pe_preload_moving();
	return PE_REAL(fchdir)(fd);
}
