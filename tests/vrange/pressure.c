/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pressure.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

static const struct version {
	const char *parent, *limit, *reclaim, *amount;
} versions[] = {
	{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.force_empty", "1" },
	{ "/sys/fs/cgroup", "memory.max", "memory.reclaim", "1G" },
};

static char folder[128];
static const struct version *in;

static bool put(const char *file, const char *value)
{
	char path[256];
	int fd;
	bool done;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, value, strlen(value)) > 0;
	if (fd >= 0)
		close(fd);
	return done;
}

/* Removes the groups of processes that were killed before they could do it. One that has a process
 * is not removed. */
static void remove_leftovers(const struct version *v)
{
	DIR *groups = opendir(v->parent);
	const struct dirent *entry;
	int pid;

	while (groups && (entry = readdir(groups)))
		if (sscanf(entry->d_name, "vrange-test-%d", &pid) == 1 &&
		    (pid == getpid() || (kill(pid, 0) != 0 && errno == ESRCH)))
			unlinkat(dirfd(groups), entry->d_name, AT_REMOVEDIR);
	if (groups)
		closedir(groups);
}

static bool enter(const struct version *v, size_t limit)
{
	char text[32];

	remove_leftovers(v);
	snprintf(folder, sizeof(folder), "%s/vrange-test-%d", v->parent, getpid());
	if (mkdir(folder, 0755) != 0)
		return false;
	snprintf(text, sizeof(text), "%zu", limit);
	if (put(v->limit, text)) {
		snprintf(text, sizeof(text), "%d", getpid());
		if (put("cgroup.procs", text))
			return true;
	}
	rmdir(folder);
	return false;
}

const char *pressure_enter(size_t limit)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		if (enter(&versions[i], limit)) {
			in = &versions[i];
			return NULL;
		}
	}
	return "no memory cgroup can be made here";
}

void pressure_reclaim(void)
{
	if (in)
		put(in->reclaim, in->amount);
}

void pressure_reclaim_range(void *start, size_t length)
{
	madvise(start, length, MADV_PAGEOUT);
}

long pressure_read(const char *v1_file, const char *v2_file)
{
	char path[256], text[32] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, in == &versions[0] ? v1_file : v2_file);
	fd = in ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? atol(text) : -1;
}

void pressure_remove(int pid)
{
	char path[128];

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		snprintf(path, sizeof(path), "%s/vrange-test-%d", versions[i].parent, pid);
		rmdir(path);
	}
}

void pressure_leave(void)
{
	char own[128], text[32];

	if (!in)
		return;
	strcpy(own, folder);
	strcpy(folder, in->parent);
	snprintf(text, sizeof(text), "%d", getpid());
	put("cgroup.procs", text);
	rmdir(own);
	in = NULL;
}
