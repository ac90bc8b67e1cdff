/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* names - of glibc: those of 64-bit files, of programs built with _FORTIFY_SOURCE, and of programs
 * linked before glibc 2.33. */
#include "../names.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pidepoch.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../learn.h"
#include "../../real.h"

/* From glibc 2.35 on. */
#pragma weak _dl_find_object

const struct link_map *pe_libc_self(void)
{
	struct dl_find_object self;

	if (!_dl_find_object || _dl_find_object((void *)pe_libc_self, &self) != 0)
		return NULL;
	return self.dlfo_link_map;
}

bool pe_libc_text_of(FILE *stream, struct pe_libc_text *text)
{
	*text = (struct pe_libc_text){ &stream->_IO_read_base, &stream->_IO_read_end };
	return true;
}

/* The head of what popen() allocates, since glibc 2.1. */
struct pipe_of_libc {
	FILE file;
	const void *functions;
	pid_t pid;
};

pid_t pe_libc_pipe_pid(FILE *stream)
{
	return ((const struct pipe_of_libc *)(const void *)stream)->pid;
}

PE_PUBLIC FILE *_IO_popen(const char *command, const char *type);

PE_PUBLIC FILE *_IO_popen(const char *command, const char *type)
{
	return popen(command, type);
}

PE_PUBLIC int _IO_pclose(FILE *stream);

PE_PUBLIC int _IO_pclose(FILE *stream)
{
	return pclose(stream);
}

/* --- 64-bit files: the same functions on a 64-bit processor --- */

_Static_assert(sizeof(struct stat64) == sizeof(struct stat), "64-bit processors only");

PE_PUBLIC int open64(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	return open(path, flags, mode);
}

PE_PUBLIC int openat64(int dir, const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	return openat(dir, path, flags, mode);
}

PE_PUBLIC FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

PE_PUBLIC int fcntl64(int fd, int command, ...)
{
	va_list more;
	void *arg;

	va_start(more, command);
	arg = va_arg(more, void *);
	va_end(more);
	return fcntl(fd, command, arg);
}

PE_PUBLIC int prlimit64(pid_t pid, __rlimit_resource_t resource, const struct rlimit64 *new,
			struct rlimit64 *old)
{
	return prlimit(pid, resource, (const struct rlimit *)new, (struct rlimit *)old);
}

/* --- _FORTIFY_SOURCE --- */

PE_PUBLIC int __open_2(const char *path, int flags);
PE_PUBLIC int __open64_2(const char *path, int flags) __attribute__((alias("__open_2")));
PE_PUBLIC int __openat_2(int dir, const char *path, int flags);
PE_PUBLIC int __openat64_2(int dir, const char *path, int flags)
	__attribute__((alias("__openat_2")));

PE_PUBLIC int __open_2(const char *path, int flags)
{
	if (pe_learn_path_refused(path))
		return -1;
	return pe_learn_path_opened(AT_FDCWD, path, flags, PE_REAL(__open_2)(path, flags));
}

PE_PUBLIC int __openat_2(int dir, const char *path, int flags)
{
	if (pe_learn_path_refused(path))
		return -1;
	return pe_learn_path_opened(dir, path, flags, PE_REAL(__openat_2)(dir, path, flags));
}

/* --- existence tests --- */

#define PROBE(name, parameters, call)                                                              \
	PE_PUBLIC int name parameters;                                                             \
	PE_PUBLIC int name parameters                                                              \
	{                                                                                          \
		return call;                                                                       \
	}

PROBE(__xstat, (int version, const char *path, struct stat *st),
      pe_learn_path_refused(path) ? -1 : PE_REAL(__xstat)(version, path, st))
PROBE(__lxstat, (int version, const char *path, struct stat *st),
      pe_learn_path_refused(path) ? -1 : PE_REAL(__lxstat)(version, path, st))
PROBE(__fxstatat, (int version, int dir, const char *path, struct stat *st, int flags),
      pe_learn_path_refused(path) ? -1 : PE_REAL(__fxstatat)(version, dir, path, st, flags))

PROBE(stat64, (const char *path, struct stat64 *st), stat(path, (struct stat *)st))
PROBE(lstat64, (const char *path, struct stat64 *st), lstat(path, (struct stat *)st))
PROBE(fstatat64, (int dir, const char *path, struct stat64 *st, int flags),
      fstatat(dir, path, (struct stat *)st, flags))
PROBE(__xstat64, (int version, const char *path, struct stat64 *st),
      __xstat(version, path, (struct stat *)st))
PROBE(__lxstat64, (int version, const char *path, struct stat64 *st),
      __lxstat(version, path, (struct stat *)st))
PROBE(__fxstatat64, (int version, int dir, const char *path, struct stat64 *st, int flags),
      __fxstatat(version, dir, path, (struct stat *)st, flags))

/* --- the GNU version of strerror_r(), which need not use the buffer --- */

PE_PUBLIC char *strerror_r(int error, char *buffer, size_t size)
{
	return likely(error != EEPOCH) ? PE_REAL(strerror_r)(error, buffer, size)
				       : (char *)pidepoch_strerror(EEPOCH);
}

PE_PUBLIC char *__strerror_r(int error, char *buffer, size_t size);

PE_PUBLIC char *__strerror_r(int error, char *buffer, size_t size)
{
	return strerror_r(error, buffer, size);
}
