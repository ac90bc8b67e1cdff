// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A call on a pid inherited over fork() is not refused: a child or grandchild, forked by any
 * thread, may signal the pid that its parent has reaped. By default nothing is logged about it;
 * under warn, one note each. The parent may not signal it, and none of them may signal a child that
 * it has reaped itself. The forks come from several threads at a time, beside threads that signal,
 * fork and reap.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define THREADS 4
#define ROUNDS	20

/* --- the subject --- */

static pid_t q, live;
static struct actor heir;
static _Atomic bool over;
static _Atomic int wrong;

static long signal_q(void)
{
	return kill(q, SIGUSR1) == 0 ? 0 : errno;
}

/* Its status, if it is an ordinary end, or -1. */
static int reap(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static pid_t spawn_and_reap(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return reap(pid) == 0 ? pid : -1;
}

static int be_grandchild(void)
{
	return signal_q() == 0 ? 0 : 1;
}

static int be_child(void)
{
	pid_t pid;

	if (signal_q() != 0)
		return 2;
	pid = fork();
	if (pid == 0)
		_exit(be_grandchild());
	if (pid < 0 || kill(pid, 0) != 0 || reap(pid) != 0)
		return 3;
	return kill(pid, 0) != 0 && errno == ESRCH && kill(getppid(), 0) == 0 ? 0 : 4;
}

static void *fork_some(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(be_child());
		if (pid < 0 || reap(pid) != 0)
			wrong++;
	}
	return unused;
}

static void *keep_signalling(void *unused)
{
	while (!over)
		wrong += kill(live, 0) != 0;
	return unused;
}

/* A use of a free pid: nothing is reported, but it is judged, under the lock that forks copy. */
static void *keep_being_refused(void *unused)
{
	pid_t gone = spawn_and_reap();

	while (!over)
		wrong += kill(gone, 0) == 0 || errno != ESRCH;
	return unused;
}

static void *keep_reaping(void *unused)
{
	while (!over) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(5);
		wrong += pid < 0 || reap(pid) != 5;
	}
	return unused;
}

static long fork_all(void)
{
	pthread_t some[THREADS], busy[3];

	pthread_create(&busy[0], NULL, keep_signalling, NULL);
	pthread_create(&busy[1], NULL, keep_reaping, NULL);
	pthread_create(&busy[2], NULL, keep_being_refused, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&some[i], NULL, fork_some, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(some[i], NULL);
	over = true;
	for (int i = 0; i < 3; i++)
		pthread_join(busy[i], NULL);
	return wrong;
}

/* 'k': q. 'r': one of its own, from then on its q */
static long answer_as_heir(char what)
{
	if (what == 'r')
		return q = spawn_and_reap();
	return signal_q();
}

static long answer(char what)
{
	switch (what) {
	case 'b':
		live = fork();
		if (live == 0)
			_exit(pause());
		return q = spawn_and_reap();
	case 'f':
		return fork_all();
	case 'k':
		return signal_q();
	case 'c':
		actor_fork(&heir, answer_as_heir);
		return heir.pid;
	case 'C':
		return actor_ask(&heir, 'k');
	case 'R':
		return actor_ask(&heir, 'r');
	default: /* the end */
		kill(live, SIGKILL);
		return waitpid(live, NULL, 0) == live ? actor_end(&heir) : -1;
	}
}

/* --- the scenario --- */

static char log_path[4096];

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
}

static int lines_like(const char *pattern)
{
	char line[2048];
	int n = 0;
	FILE *f = fopen(log_path, "r");

	while (f && fgets(line, sizeof(line), f))
		n += fnmatch(pattern, line, 0) == 0;
	if (f)
		fclose(f);
	return n;
}

/* Reported or not, the signals arrive. */
struct policy {
	const char *name;
	bool notes; /* about the inherited pid */
	bool refuses;
};

static void run_scenario(const struct policy *policy, const char *old)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };
	bool native = !policy, refuses = policy && policy->refuses;
	int notes = policy && policy->notes ? 2 * THREADS * ROUNDS : 0;
	struct actor subject, unrelated, another;
	pid_t own;

	unlink(log_path);
	setenv("PIDEPOCH_ON_STALE", policy ? policy->name : "", 1);
	actor_start(&subject, argv, native, old);
	q = (pid_t)actor_ask(&subject, 'b');
	actor_start_unrelated(&unrelated, q, NULL);
	expect(actor_ask(&subject, 'f'), 0, "forks from many threads: what was wrong");
	if (actor_ask(&unrelated, ACTOR_SIGNALS) < 1)
		actor_fail("not one signal of the children's arrived");
	expect(lines_like("*: note: *; let through\n"), notes, "lines: notes");
	expect(lines_like("*: stale pid: *; now held by *"), 0, "lines: stale");

	actor_ask(&subject, 'c');
	expect(actor_ask(&subject, 'C'), 0, "an heir's signal to what its parent reaped");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), 2, "... which arrives");
	expect(actor_ask(&subject, 'k'), refuses ? ESRCH : 0, "the parent's own");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), refuses ? 2 : 3, "... and whether it arrives");

	own = (pid_t)actor_ask(&subject, 'R');
	actor_start_unrelated(&another, own, NULL);
	expect(actor_ask(&subject, 'C'), refuses ? ESRCH : 0,
	       "the heir's, to what it reaped itself");
	expect(actor_ask(&another, ACTOR_SIGNALS), !refuses, "... and whether it arrives");
	expect(lines_like("*: stale pid: *; now held by *"), native ? 0 : 2, "lines: stale");
	expect(actor_ask(&subject, 'e'), 0, "the heir's end");
	actor_end(&subject);
	actor_end(&unrelated);
	actor_end(&another);
	printf("ok   %s %s\n", native ? "natively" : policy->name, old);
}

int main(int argc, char **argv)
{
	static const struct policy refuse = { "refuse", false, true },
				   warn = { "warn", true, false };
	const char *folder = getenv("TMPDIR");

	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	snprintf(log_path, sizeof(log_path), "%s/log", folder ? folder : "/tmp");
	setenv("PIDEPOCH_LOG", log_path, 1);
	run_scenario(NULL, "PIDEPOCH_FORCE_OLD=");
	run_scenario(&refuse, "PIDEPOCH_FORCE_OLD=");
	run_scenario(&refuse, "PIDEPOCH_FORCE_OLD=wipe");
	run_scenario(&warn, "PIDEPOCH_FORCE_OLD=rseq,inode,wipe,pidfd");
	return 0;
}
