/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * worker - for tests that end a supervisor's worker, from outside and in a pid namespace of their
 * own (namespace.h).
 */
#ifndef TESTS_SUPPORT_WORKER_H
#define TESTS_SUPPORT_WORKER_H

#include <dirent.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline bool worker_is_named(int pid, const char *wanted)
{
	char path[32], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	name[strcspn(name, "\n")] = '\0';
	return strcmp(name, wanted) == 0;
}

/* The process of that name in @session, or in any session if that is 0, other than @before. It
 * waits for one; the time limit of the test ends an endless wait. */
static inline int worker_find_named(const char *name, int session, int before)
{
	int found = 0;

	while (!found) {
		DIR *all = opendir("/proc");
		struct dirent *e;

		while (all && (e = readdir(all))) {
			int pid = atoi(e->d_name);

			if (pid > 0 && pid != before && (!session || getsid(pid) == session) &&
			    worker_is_named(pid, name))
				found = pid;
		}
		if (all)
			closedir(all);
		sched_yield();
	}
	return found;
}

static inline int worker_find_in(int session, int before)
{
	return worker_find_named("pidepoch-worker", session, before);
}

static inline int worker_find(int before)
{
	return worker_find_in(0, before);
}

#endif
