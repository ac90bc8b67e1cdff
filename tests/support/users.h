/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* users - root of a user namespace that maps only itself cannot become another user. */
#ifndef PE_TESTS_USERS_H
#define PE_TESTS_USERS_H

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool users_can_change(void)
{
	const unsigned int other = 54321;
	int status = 1;
	pid_t pid;

	if (geteuid() != 0)
		return false;
	pid = fork();
	if (pid == 0)
		_exit(setresgid(other, other, other) != 0 || setresuid(other, other, other) != 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

#endif
