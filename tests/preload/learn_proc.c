/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What opens, reads or lists a process in /proc makes its stale pid fresh (S10), as learn_sources.c
 * has it for other sources; what only asks whether it exists leaves it refused. */
#include "learn_scene.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *proc(const char *rest)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d%s", scene->number, rest);
	return path;
}

static long seen(long n)
{
	return n < 0 ? -1 : scene->number;
}

static long seen_at(const void *p)
{
	return p ? scene->number : -1;
}

static struct stat st;
static char target[256];

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);
int __xstat64(int version, const char *path, struct stat *st);
int __lxstat64(int version, const char *path, struct stat *st);
int __fxstatat64(int version, int dir, const char *path, struct stat *st, int flags);

#ifdef __x86_64__
#define STAT_VERSION 1
#else
#define STAT_VERSION 0
#endif

#define LOOKS(X)                                                                                   \
	X(open, seen(open(proc("/stat"), O_RDONLY)))                                               \
	X(open64, seen(open64(proc("/stat"), O_RDONLY)))                                           \
	X(openat, seen(openat(AT_FDCWD, proc("/stat"), O_RDONLY)))                                 \
	X(openat64, seen(openat64(AT_FDCWD, proc("/stat"), O_PATH)))                               \
	X(__open_2, seen(__open_2(proc("/stat"), O_RDONLY)))                                       \
	X(__open64_2, seen(__open64_2(proc("/stat"), O_RDONLY)))                                   \
	X(__openat_2, seen(__openat_2(AT_FDCWD, proc("/stat"), O_RDONLY)))                         \
	X(__openat64_2, seen(__openat64_2(AT_FDCWD, proc("/stat"), O_RDONLY)))                     \
	X(fopen, seen_at(fopen(proc("/stat"), "r")))                                               \
	X(fopen64, seen_at(fopen64(proc("/stat"), "r")))                                           \
	X(opendir, seen_at(opendir(proc("/task"))))                                                \
	X(readlink, seen(readlink(proc("/exe"), target, sizeof(target))))                          \
	X(readlinkat, seen(readlinkat(AT_FDCWD, proc("/exe"), target, sizeof(target))))

#define LOOK_FUNCTION(name, how)                                                                   \
	static long look_path_##name(void)                                                         \
	{                                                                                          \
		return how;                                                                        \
	}
LOOKS(LOOK_FUNCTION)

/* existence tests: they do not prove which process it is */
#define PROBES(X)                                                                                  \
	X(stat, seen(stat(proc(""), &st)))                                                         \
	X(stat64, seen(stat64(proc(""), (struct stat64 *)&st)))                                    \
	X(lstat, seen(lstat(proc("/"), &st)))                                                      \
	X(lstat64, seen(lstat64(proc(""), (struct stat64 *)&st)))                                  \
	X(fstatat, seen(fstatat(AT_FDCWD, proc(""), &st, 0)))                                      \
	X(fstatat64, seen(fstatat64(AT_FDCWD, proc(""), (struct stat64 *)&st, 0)))                 \
	X(statx, seen(statx(AT_FDCWD, proc(""), 0, STATX_TYPE, (struct statx *)target)))           \
	X(access, seen(access(proc(""), F_OK)))                                                    \
	X(faccessat, seen(faccessat(AT_FDCWD, proc(""), F_OK, 0)))                                 \
	X(eaccess, seen(eaccess(proc(""), F_OK)))                                                  \
	X(euidaccess, seen(euidaccess(proc(""), F_OK)))                                            \
	X(__xstat, seen(__xstat(STAT_VERSION, proc(""), &st)))                                     \
	X(__xstat64, seen(__xstat64(STAT_VERSION, proc(""), &st)))                                 \
	X(__lxstat, seen(__lxstat(STAT_VERSION, proc(""), &st)))                                   \
	X(__lxstat64, seen(__lxstat64(STAT_VERSION, proc(""), &st)))                               \
	X(__fxstatat, seen(__fxstatat(STAT_VERSION, AT_FDCWD, proc(""), &st, 0)))                  \
	X(__fxstatat64, seen(__fxstatat64(STAT_VERSION, AT_FDCWD, proc(""), &st, 0)))
PROBES(LOOK_FUNCTION)

static long listed_in(DIR *dir)
{
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (atoi(e->d_name) == scene->number)
			return scene->number;
	return -1;
}

static long look_listing(void)
{
	return listed_in(opendir("/proc"));
}

static long look_listing_by_descriptor(void)
{
	return listed_in(fdopendir(CHECK(open("/proc/", O_RDONLY | O_DIRECTORY))));
}

/* --- sources that show no living q --- */

static long look_missing(void)
{
	return open(proc("/no such file"), O_RDONLY) < 0 ? scene->number : -1;
}

static long look_elsewhere(void)
{
	return stat("/proc/1", &st) == 0 && stat("/proc/self/stat", &st) == 0 && stat("/", &st) == 0
		       ? scene->number
		       : -1;
}

static long look_longer_number(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d0", scene->number);
	return access(path, F_OK) < 0 ? scene->number : -1;
}

static const struct source sources[] = {
#define LOOK_ROW(name, how) { "/proc/N, " #name, look_path_##name, NULL, NULL, FRESH, false },
	LOOKS(LOOK_ROW)
#define PROBE_ROW(name, how) { "/proc/N, " #name, look_path_##name, NULL, NULL, STALE, false },
		PROBES(PROBE_ROW)
	/* what a shell expands */
	{ "/proc, opendir", look_listing, NULL, NULL, FRESH, false },
	{ "/proc, open", look_listing_by_descriptor, NULL, NULL, FRESH, false },

	{ "/proc/N/..., missing", look_missing, NULL, NULL, STALE, false },
	{ "/proc/1 and self", look_elsewhere, NULL, NULL, STALE, false },
	{ "/proc/N0", look_longer_number, NULL, NULL, STALE, false },
};

int main(int argc, char **argv)
{
	return learn_run(argc, argv, sources, sizeof(sources) / sizeof(sources[0]));
}
