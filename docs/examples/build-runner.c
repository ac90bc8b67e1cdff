/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * build-runner - run commands, some at once, none for longer than a time.
 *
 *     cc build-runner.c -o build-runner $(pkg-config --cflags --libs pidepoch)
 *     ./build-runner JOBS SECONDS <commands        one shell command a line; the status says
 *                                                  whether all went well
 *
 * Deadlines and waits know nothing of each other: nobody takes a job that has ended off the list of
 * deadlines. When a deadline comes, its reference says whether the job is still there; a pid that
 * is somebody else's by then is refused.
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
	**last = &first; /* all have the same time: the first to start is the first to be due */
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
	/* not waited for yet: the pid is its own */
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
	/* a group has its leader's pid, and that is nobody else's while it is held */
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

/* how many have ended; *@well: whether they went well */
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
