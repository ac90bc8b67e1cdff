/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* laps - for tests of the API across laps: a namespace in which pids wrap every hundred forks,
 * and functions that make laps. */
#ifndef TESTS_LIB_LAPS_H
#define TESTS_LIB_LAPS_H

#include <fcntl.h>

#include "../support/namespace.h"
#include "api.h"

#define LAPS_FIRST 300 /* the smallest pid that is allocated again */

/* one child, reaped at once */
static inline pid_t laps_burn(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	MUST(pid > 0 && waitpid(pid, NULL, 0) == pid);
	return pid;
}

/* the kernel's own cursor wraps so many times, and a little further */
static inline void laps_pass(int laps)
{
	pid_t before = laps_burn(), pid;

	for (; laps > 0; before = pid) {
		pid = laps_burn();
		laps -= pid <= before;
	}
}

static inline void laps_small_namespace(void)
{
	int fd;

	namespace_enter();
	fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "400", 3) != 3) {
		printf("skip: a namespace's pids cannot be limited (before Linux 6.14)\n");
		exit(77);
	}
	close(fd);
	while (laps_burn() <= LAPS_FIRST + 10)
		;
}

/* the whole of main() */
static inline int laps_main(int argc, void (*scenario)(void))
{
	if (argc == 1)
		laps_small_namespace();
	return api_main(argc, scenario);
}

#endif
