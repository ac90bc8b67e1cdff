/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec - the exec family; libc's functions call each other by hidden names, so each has an
 * interposer here. They may run in a vfork child: the environment is built on the stack.
 */
#include "real.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "core/sys.h"
#include "core/token.h"
#include "environ.h"

#define FILE_AT(dir_, path_, flags_)                                                               \
	(&(const struct pe_loadable){ .dir = (dir_), .path = (path_), .flags = (flags_) })
#define NAME(name) (&(const struct pe_loadable){ .dir = AT_FDCWD, .path = (name), .search = true })

#define EXEC(argv, envp, for_whom, call)                                                           \
	do {                                                                                       \
		struct pe_environ e;                                                               \
		int n;                                                                             \
                                                                                                   \
		pe_environ_make(&e, argv, envp, for_whom);                                         \
		n = call;                                                                          \
		pe_environ_done(&e);                                                               \
		return n;                                                                          \
	} while (0)

/* --- token.7 of core/token.h: repeated if libc's call was answered with ENOSYS --- */

/* What cannot load the library makes all its calls without a token. */
static void warn(const struct pe_loadable *for_whom)
{
	if (!pe_loadable(for_whom))
		pe_preload_unserved();
}

/* @n: of the same call by libc */
static int repeat(int n, long nr, const long arg[5], const struct pe_loadable *for_whom)
{
	long again;

	if (n != -1 || errno != ENOSYS)
		return n;
	warn(for_whom);
	again = pe_sys6(nr, arg[0], arg[1], arg[2], arg[3], arg[4], PE_TOKEN);
	errno = (int)-again;
	return -1;
}

/* The error, as -errno. */
static int execute(const char *path, const char *const argv[], char *const envp[])
{
	return (int)pe_sys6(SYS_execve, PE_SYS_LONG(path), PE_SYS_LONG(argv), PE_SYS_LONG(envp), 0,
			    0, PE_TOKEN);
}

/* A file that is no program is a script of the shell. */
static int execute_file(const char *path, char *const argv[], char *const envp[])
{
	int n = execute(path, (const char *const *)argv, envp), count = 0;

	if (n != -ENOEXEC)
		return n;
	while (argv[count])
		count++;
	const char *script[count + 3];

	script[0] = "/bin/sh";
	script[1] = path;
	script[2] = NULL;
	for (int i = 1; i <= count; i++)
		script[i + 1] = argv[i];
	return execute(script[0], script, envp);
}

/* The errors after which execvp() looks into the next directory. */
static bool is_elsewhere(int error)
{
	switch (error) {
	case -EACCES:
	case -ENOENT:
	case -ESTALE:
	case -ENOTDIR:
	case -ENODEV:
	case -ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

static int execute_from_path(const char *name, char *const argv[], char *const envp[])
{
	const char *list = pe_loadable_path();
	bool denied = false;
	char file[PATH_MAX];
	int n = -ENOENT;

	while (is_elsewhere(n) && pe_loadable_next(&list, name, file, sizeof(file))) {
		n = *file ? execute_file(file, argv, envp) : -ENOENT;
		denied |= n == -EACCES;
	}
	return denied && is_elsewhere(n) ? -EACCES : n;
}

static int real_execvpe(const char *file, char *const argv[], char *const envp[])
{
	int n = PE_REAL(execvpe)(file, argv, envp);

	if (errno != ENOSYS)
		return n;
	warn(NAME(file));
	errno = -(strchr(file, '/') ? execute_file(file, argv, envp)
				    : execute_from_path(file, argv, envp));
	return -1;
}

static int real_execve(const char *path, char *const argv[], char *const envp[])
{
	const long arg[5] = { PE_SYS_LONG(path), PE_SYS_LONG(argv), PE_SYS_LONG(envp) };

	return repeat(PE_REAL(execve)(path, argv, envp), SYS_execve, arg,
		      FILE_AT(AT_FDCWD, path, 0));
}

static int real_execveat(int dir, const char *path, char *const argv[], char *const envp[],
			 int flags)
{
	const long arg[5] = { dir, PE_SYS_LONG(path), PE_SYS_LONG(argv), PE_SYS_LONG(envp), flags };

	if (!pe_real(PE_REAL_execveat))
		return (int)pe_result(
			pe_sys6(SYS_execveat, arg[0], arg[1], arg[2], arg[3], arg[4], PE_TOKEN));
	return repeat(PE_REAL(execveat)(dir, path, argv, envp, flags), SYS_execveat, arg,
		      FILE_AT(dir, path, flags));
}

static int real_fexecve(int fd, char *const argv[], char *const envp[])
{
	const long arg[5] = { fd, PE_SYS_LONG(""), PE_SYS_LONG(argv), PE_SYS_LONG(envp),
			      AT_EMPTY_PATH };

	return repeat(PE_REAL(fexecve)(fd, argv, envp), SYS_execveat, arg,
		      FILE_AT(fd, "", AT_EMPTY_PATH));
}

/* --- the family --- */

PE_PUBLIC int execve(const char *path, char *const argv[], char *const envp[])
{
	EXEC(argv, envp, FILE_AT(AT_FDCWD, path, 0), real_execve(path, argv, e.envp));
}

PE_PUBLIC int execv(const char *path, char *const argv[])
{
	EXEC(argv, environ, FILE_AT(AT_FDCWD, path, 0), real_execve(path, argv, e.envp));
}

PE_PUBLIC int execvpe(const char *file, char *const argv[], char *const envp[])
{
	EXEC(argv, envp, NAME(file), real_execvpe(file, argv, e.envp));
}

PE_PUBLIC int execvp(const char *file, char *const argv[])
{
	EXEC(argv, environ, NAME(file), real_execvpe(file, argv, e.envp));
}

PE_PUBLIC int fexecve(int fd, char *const argv[], char *const envp[])
{
	EXEC(argv, envp, FILE_AT(fd, "", AT_EMPTY_PATH), real_fexecve(fd, argv, e.envp));
}

PE_PUBLIC int execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags)
{
	EXEC(argv, envp, FILE_AT(dir, path, flags), real_execveat(dir, path, argv, e.envp, flags));
}

/* --- functions with a list of arguments --- */

static size_t count_arguments(const char *first, va_list *more)
{
	size_t n = 0;

	while (first) {
		n++;
		first = va_arg(*more, const char *);
	}
	return n;
}

static void take_arguments(const char **argv, const char *first, va_list *more)
{
	while ((*argv++ = first) != NULL)
		first = va_arg(*more, const char *);
}

/* Declare argv with the arguments after @first, and leave @more after its NULL. The array is on the
 * stack, as in libc: the list can be as long as the caller wrote it. */
#define ARGUMENTS(first, more)                                                                     \
	va_list more, again;                                                                       \
                                                                                                   \
	va_start(again, first);                                                                    \
	const char *argv[count_arguments(first, &again) + 1];                                      \
	va_end(again);                                                                             \
	va_start(more, first);                                                                     \
	take_arguments(argv, first, &more)

PE_PUBLIC int execl(const char *path, const char *arg, ...)
{
	ARGUMENTS(arg, more);
	va_end(more);
	return execve(path, (char *const *)argv, environ);
}

PE_PUBLIC int execlp(const char *file, const char *arg, ...)
{
	ARGUMENTS(arg, more);
	va_end(more);
	return execvpe(file, (char *const *)argv, environ);
}

PE_PUBLIC int execle(const char *path, const char *arg, ...)
{
	char *const *envp;

	ARGUMENTS(arg, more);
	envp = va_arg(more, char *const *);
	va_end(more);
	return execve(path, (char *const *)argv, envp);
}
