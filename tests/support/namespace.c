// SPDX-License-Identifier: LGPL-2.1-or-later
#include "namespace.h"
#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT 10 /* seconds */

static _Noreturn void skip(const char *what)
{
	printf("skip: %s: %s\n", what, strerror(errno));
	exit(77);
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

static void be_root(uid_t uid, gid_t gid)
{
	char map[32];

	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (write_text("/proc/self/gid_map", map) < 0)
		skip("no group in a user namespace");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (write_text("/proc/self/uid_map", map) < 0)
		skip("no user in a user namespace");
}

static void unshare_all(void)
{
	const int some = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | some) == 0)
		be_root(uid, gid);
	else if (unshare(some) < 0)
		skip("no pid namespace");
}

static _Noreturn void end_as(pid_t inside)
{
	int status = 0;

	while (waitpid(inside, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	printf("pid 1 of the namespace ended by signal %d\n", WTERMSIG(status));
	exit(99);
}

void namespace_enter(void)
{
	pid_t inside;

	unshare_all();
	inside = fork();
	if (inside < 0)
		skip("fork");
	if (inside > 0)
		end_as(inside);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		skip("no /proc for a pid namespace");
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

pid_t namespace_fork(pid_t number)
{
	struct clone_args how = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	time_t end = now() + TIMEOUT;
	long pid;

	fflush(NULL); /* or the child prints it again */
	while ((pid = syscall(SYS_clone3, &how, sizeof(how))) < 0 && errno == EEXIST && now() < end)
		sched_yield();
	return (pid_t)pid;
}

bool namespace_enter_as_root(void)
{
	int status;
	pid_t pid;

	if (!users_can_change() || unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		return false;
	pid = fork();
	if (pid > 0) {
		waitpid(pid, &status, 0);
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
}

void namespace_use_up_pids(void)
{
	pid_t pid;

	do {
		pid = fork();
		if (pid == 0)
			_exit(0);
	} while (waitpid(pid, NULL, 0) == pid && pid < 300);
}
