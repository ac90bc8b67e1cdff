/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* own_child - a child that ends at once, and the wait for it. */
#ifndef TESTS_SUPPORT_OWN_CHILD_H
#define TESTS_SUPPORT_OWN_CHILD_H

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "must.h"

static inline pid_t child_with(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	MUST(pid > 0);
	return pid;
}

/* The status, or -errno. */
static inline int by_waitpid(pid_t pid)
{
	int status = -1;
	pid_t n;

	while ((n = waitpid(pid, &status, 0)) == -1 && errno == EINTR)
		;
	return n == pid ? status : -errno;
}

#endif
