/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * build-runner - run commands, several at a time, each with a time limit.
 *
 *     cc build-runner.c -o build-runner $(pkg-config --cflags --libs pidepoch)
 *     ./build-runner JOBS SECONDS <commands        one shell command a line; the status is 0
 *                                                  if all succeeded
 *
 * Deadlines and waits are independent: a job that has ended stays in the list of deadlines. At its
 * deadline the reference shows whether the job still exists; a pid that another process has by then
 * is refused.
 */
#include <pidepoch.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_LINE 4096

struct job {
	struct job *next;
	struct pidepoch_ref ref;
	long long deadline;
	char command[];
};

static struct job *first,
	**last = &first; /* all have the same limit: the first to start is the first to be due */
static sigset_t children, before;

/* milliseconds */
static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void become(const char *command)
{
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void start(const char *command, long seconds)
{
	struct job *job = malloc(sizeof(*job) + strlen(command) + 1);
	pid_t pid = job ? fork() : -1;

	if (pid == 0)
		become(command);
	/* not reaped yet: the pid still is this child's */
	if (pid < 0 || pidepoch_ref(pid, &job->ref) < 0)
		die("build-runner");
	setpgid(pid, pid);
	strcpy(job->command, command);
	job->deadline = now() + seconds * 1000LL;
	job->next = NULL;
	*last = job;
	last = &job->next;
}

static void end(const struct job *job)
{
	struct pidepoch_held held;

	if (pidepoch_hold(&job->ref, &held) < 0)
		return; /* ESRCH or EEPOCH: it has ended in time */
	/* a group has its leader's pid; no other process gets it while it is held */
	kill(-job->ref.pid, SIGKILL);
	pidepoch_release(&held);
	fprintf(stderr, "build-runner: no end in time: %s\n", job->command);
}

static void end_those_due(void)
{
	while (first && first->deadline <= now()) {
		struct job *job = first;

		first = job->next;
		if (!first)
			last = &first;
		end(job);
		free(job);
	}
}

/* the number that have ended; *@well: whether all succeeded */
static int reap(bool *well)
{
	int status, ended = 0;

	while (waitpid(-1, &status, WNOHANG) > 0) {
		*well = *well && status == 0;
		ended++;
	}
	return ended;
}

static void sleep_until_something_happens(void)
{
	long long ms = first ? first->deadline - now() : 0;
	const struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms >= 0)
		sigtimedwait(&children, NULL, first ? &left : NULL);
}

int main(int argc, char **argv)
{
	int most = argc == 3 ? atoi(argv[1]) : 0, running = 0;
	char line[LONGEST_LINE], *more = line;
	bool well = true;

	if (most < 1)
		return fprintf(stderr, "usage: build-runner JOBS SECONDS <commands\n"), 2;
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, &before);
	do {
		while (running < most && more && (more = fgets(line, sizeof(line), stdin))) {
			line[strcspn(line, "\n")] = '\0';
			start(line, atol(argv[2]));
			running++;
		}
		if (running)
			sleep_until_something_happens();
		running -= reap(&well);
		end_those_due();
	} while (running || more);
	return well ? 0 : 1;
}
