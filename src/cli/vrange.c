// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/vrange.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vrange.h>

#include "cli/paths.h"
#include "vrange/cgroup.h"

/* The library beside the preload library. 1 to 4, or 0. */
static int level_by_library(void)
{
	char path[PATH_MAX];
	struct vrange_stat stat = { .size = sizeof(stat) };
	int (*ask)(struct vrange_stat * to);
	void *library;

	if (pe_paths_vrange(false, path, sizeof(path)) != 0)
		return 0;
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return 0;
	*(void **)&ask = dlsym(library, "vrange_stat");
	if (!ask || ask(&stat) != 0)
		stat.level = 0;
	dlclose(library);
	return (int)stat.level;
}

/* In a process of its own: the library stays loaded. */
static int find_level(void)
{
	const pid_t child = fork();
	int status;

	if (child == 0)
		_exit(level_by_library());
	if (child < 0)
		return -errno;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || !WEXITSTATUS(status))
		return -ENOENT;
	return WEXITSTATUS(status);
}

static bool can_read(const char *path)
{
	return access(path, R_OK) == 0;
}

static bool has_userfaultfd(void)
{
	/* 1: UFFD_USER_MODE_ONLY */
	const int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | 1);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void pe_vrange_examine(struct pe_vrange *v)
{
	v->level = find_level();
	v->userfaultfd = has_userfaultfd();
	v->pressure = can_read("/proc/pressure/memory");
	v->cgroup_limit = vr_cgroup_read().limit < VR_CGROUP_NO_LIMIT;
}

static void print_fact(const char *text, bool holds)
{
	printf("  %-56s%s\n", text, holds ? "yes" : "no");
}

void pe_vrange_print_text(const struct pe_vrange *v)
{
	static const char *const levels[] = {
		"1: all of it",
		"2: all of it, by older calls",
		"3: objects and VRANGE_ZERO only",
		"4: nothing is ever purged",
	};

	printf("\nvolatile ranges (libvrange)\n  %-56s%s\n", "level",
	       v->level > 0 ? levels[v->level - 1] : "unknown: libvrange.so was not found");
	print_fact("userfaultfd for an ordinary process", v->userfaultfd);
	print_fact("memory pressure can be read", v->pressure);
	print_fact("the memory cgroup of this process has a limit", v->cgroup_limit);
}

void pe_vrange_print_json(struct pe_json_write *w, const struct pe_vrange *v)
{
	pe_json_write_open(w, "vrange", '{');
	pe_json_write_number(w, "level", v->level > 0 ? v->level : 0);
	pe_json_write_bool(w, "userfaultfd", v->userfaultfd);
	pe_json_write_bool(w, "pressure", v->pressure);
	pe_json_write_bool(w, "cgroup_limit", v->cgroup_limit);
	pe_json_write_close(w, '}');
}
