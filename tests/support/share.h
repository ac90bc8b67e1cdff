/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * share - for tests of --waits: the program starts itself again with the preload library, once for
 * each value, and runs its scenario there.
 */
#ifndef TESTS_SUPPORT_SHARE_H
#define TESTS_SUPPORT_SHARE_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "must.h"

static inline bool shares(void)
{
	return strcmp(getenv("PIDEPOCH_WAITS"), "share") == 0;
}

/* the statuses that on_child() has taken */
static volatile sig_atomic_t taken;

/* A handler of SIGCHLD that waits for any child. */
static inline void on_child(int sig)
{
	int before = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		taken++;
	errno = before;
}

/* The scenario under --waits=@waits. @ignored: SIGCHLD is ignored since before it starts, and it
 * finds TEST_INHERITED in its environment. */
static inline void share_run(const char *waits, bool ignored)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		setenv("LD_PRELOAD", getenv("PIDEPOCH_PRELOAD"), 1);
		setenv("PIDEPOCH_WAITS", waits, 1);
		if (ignored) {
			signal(SIGCHLD, SIG_IGN);
			setenv("TEST_INHERITED", "1", 1);
		}
		execl("/proc/self/exe", "scenario", "scenario", (char *)NULL);
		_exit(99);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		printf("FAIL: --waits=%s: status %#x\n", waits, (unsigned int)status);
		exit(1);
	}
}

/* Run @scenario if this is the program that was started again. Otherwise return, to start it. */
static inline void share_begin(int argc, void (*scenario)(void))
{
	if (argc > 1) {
		scenario();
		exit(0);
	}
	if (!getenv("PIDEPOCH_PRELOAD")) {
		printf("PIDEPOCH_PRELOAD names no library\n");
		exit(99);
	}
}

#endif
