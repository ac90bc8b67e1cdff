// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The program takes the caller's place and finds no trace of its supervisor there, whether it is an
 * ordinary process, a subreaper or the first of its namespace; kill(-1) does not reach the
 * supervisor, also if the program has a seccomp filter of its own, nor do kill by its pids and its
 * group; its pipes end with it. In a Landlock domain kill(-1) ends the supervisor. What the
 * program mounts over /proc is not seen by the supervisor.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/namespace.h"

enum kind { ORDINARY, SUBREAPER, FIRST, FILTERED, IN_DOMAIN, COVERED, KINDS };

static const struct {
	const char *name, *clones, *how; /* for the guest */
} kinds[] = {
	[ORDINARY] = { "ordinary", "0", "free" },
	[SUBREAPER] = { "subreaper", "1", "free" },
	[FIRST] = { "first", "1", "free" },
	[FILTERED] = { "filtered", "0", "filter" },
	[IN_DOMAIN] = { "in a domain", "0", "domain" },
	[COVERED] = { "covered", "0", "covered" },
};

static _Noreturn void become(enum kind kind, int out)
{
	char program[4096], pid[16];
	sigset_t child;

	if (kind == SUBREAPER)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (kind == FIRST && mount("proc", "/proc", "proc", 0, NULL) < 0)
		_exit(96);
	/* a pending signal would be visible */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	dup2(out, 1);
	close_range(3, ~0u, 0);
	snprintf(program, sizeof(program), "%s/tests/supervisor/guest",
		 getenv("PIDEPOCH_BUILDDIR"));
	snprintf(pid, sizeof(pid), "%d", getpid());
	execl(getenv("PIDEPOCH"), "pidepoch", "run", program, pid, kinds[kind].clones,
	      kinds[kind].how, (char *)NULL);
	_exit(96);
}

/* A first process starts in a namespace that its parent has unshared for it. */
static pid_t start(enum kind kind, int out)
{
	pid_t pid = fork();
	int status;

	if (pid != 0)
		return pid;
	if (kind != FIRST)
		become(kind, out);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		_exit(96);
	pid = fork();
	if (pid == 0)
		become(kind, out);
	close(out);
	waitpid(pid, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 95);
}

/* kill(-1) would also end other processes of the test: each guest has its own namespace */
static int in_namespace(enum kind kind)
{
	char said[4096];
	int ends[2], status;
	ssize_t n, used = 0;
	pid_t pid;

	namespace_enter();
	if (pipe(ends) < 0)
		return 99;
	pid = start(kind, ends[1]);
	close(ends[1]);
	while ((n = read(ends[0], said + used, sizeof(said) - 1 - (size_t)used)) > 0)
		used += n;
	said[used] = '\0';
	waitpid(pid, &status, 0);
	if (status == 0 && strcmp(said, "well\n") == 0)
		return 0;
	if (status == 0 && strcmp(said, "no Landlock: well\n") == 0) {
		printf("left out: %s\n", kinds[kind].name);
		return 0;
	}
	printf("FAIL: %s: status %x\n%s", kinds[kind].name, (unsigned int)status, said);
	return 1;
}

int main(void)
{
	int status, worst = 0;

	if (!getenv("PIDEPOCH") || !getenv("PIDEPOCH_BUILDDIR"))
		return 99;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		if (fork() == 0)
			exit(in_namespace(kind));
		wait(&status);
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			worst = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	return worst;
}
