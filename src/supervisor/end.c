// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/end.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>

static bool seize(int tid)
{
	return ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0;
}

/* A process is reported when none of its threads is left, so any one that still exits will do. */
static void seize_any_thread(int pid)
{
	char path[32];
	struct dirent *e;
	DIR *all;

	snprintf(path, sizeof(path), "%d/task", pid);
	all = opendir(path);
	/* cppcheck-suppress readdirCalled; a monitor has one thread */
	while (all && (e = readdir(all)))
		if (atoi(e->d_name) > 0 && seize(atoi(e->d_name)))
			break;
	if (all)
		closedir(all);
}

/* If the pid were reused after the look, another process would be seized, and let go a moment later
 * without having been stopped. */
void pe_end_hold(int pid, int pidfd)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };

	if (pidfd >= 0 && poll(&ended, 1, 0) == 0 && !seize(pid))
		seize_any_thread(pid);
}

static bool is_normal(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

void pe_end_be_prompt(bool on)
{
	static int before = -1;
	const struct sched_param first = { .sched_priority = 1 }, none = { .sched_priority = 0 };
	int now = sched_getscheduler(0);

	if (on && is_normal(now)) {
		before = now;
		sched_setscheduler(0, SCHED_FIFO, &first);
	} else if (!on && before >= 0) {
		sched_setscheduler(0, before, &none);
	}
}
