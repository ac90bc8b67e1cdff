// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The worker is killed 50 times, and the monitor ten times, all during a flood of calls: no call
 * fails, is lost or is made twice; and when the program has ended, both end. With PIDEPOCH_QUICK
 * the flood is a twentieth.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/namespace.h"

#define TIMEOUT 60 /* seconds, for operations that take milliseconds */
#define KILLS	60
#define BATCHES 50 /* of the flood's calls between one end and the next */
#define CALLS	90 /* in a batch */

struct pair {
	int monitor, worker; /* 0: none */
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* name, state and parent of a process; false: it has ended */
static bool read_stat(int pid, char *name, char *state, int *parent)
{
	char path[32];
	bool right;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	right = fscanf(f, "%*d (%15[^)]) %c %d", name, state, parent) == 3;
	fclose(f);
	return right;
}

/* those of our processes that live, by name; the worker is the monitor's child */
static struct pair find_pair(void)
{
	int pids[8], parents[8], n = 0, parent;
	struct pair p = { 0, 0 };
	char name[16], state;
	struct dirent *e;
	DIR *all = opendir("/proc");

	while (all && n < 8 && (e = readdir(all))) {
		int pid = atoi(e->d_name);

		if (pid > 0 && read_stat(pid, name, &state, &parent) && state != 'Z' &&
		    (strcmp(name, "pidepoch-monito") == 0 ||
		     strcmp(name, "pidepoch-worker") == 0)) {
			pids[n] = pid;
			parents[n++] = parent;
		}
	}
	if (all)
		closedir(all);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			if (parents[i] == pids[j])
				p = (struct pair){ .monitor = pids[j], .worker = pids[i] };
	return p;
}

/* waits until @dead is none of them */
static struct pair await_pair(int dead)
{
	time_t end = now() + TIMEOUT;
	struct pair p;

	do {
		sched_yield();
		p = find_pair();
		if (now() > end) {
			printf("FAIL: no other worker came\n");
			exit(1);
		}
	} while (!p.worker || p.worker == dead || p.monitor == dead);
	return p;
}

/* orphans become children of this process, the first one here */
static void reap_orphans(pid_t but)
{
	siginfo_t si = { .si_pid = 0 };

	while (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid &&
	       si.si_pid != but) {
		waitpid(si.si_pid, NULL, 0);
		si.si_pid = 0;
	}
}

static pid_t start(int in[2], int out[2])
{
	char program[4096];
	pid_t pid;

	snprintf(program, sizeof(program), "%s/tests/supervisor/flood",
		 getenv("PIDEPOCH_BUILDDIR"));
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		exit(99);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl(getenv("PIDEPOCH"), "pidepoch", "run", program, (char *)NULL);
		_exit(96);
	}
	close(in[0]);
	close(out[1]);
	return pid;
}

/* waits until the flood has made that much progress */
static void await_batches(int from, int count)
{
	char dot;

	for (int i = 0; i < count; i++)
		if (read(from, &dot, 1) != 1 || dot != '.') {
			printf("FAIL: the flood has ended\n");
			exit(1);
		}
}

static void kill_them(pid_t program, int from, int batches)
{
	struct pair p = await_pair(0);

	for (int i = 0; i < KILLS; i++) {
		int subject = i % 6 == 5 ? p.monitor : p.worker;

		await_batches(from, batches);
		kill(subject, SIGKILL);
		p = await_pair(subject);
		reap_orphans(program);
	}
}

/* the text after the dots */
static long read_tally(int from, long *wrong)
{
	FILE *f = fdopen(from, "r");
	char said[256] = "";
	long calls = -1;

	while (f && fgets(said, sizeof(said), f))
		if (said[0] != '.')
			printf("%s", said);
	return sscanf(said, "%ld calls, %ld wrong", &calls, wrong) == 2 ? calls : -1;
}

int main(void)
{
	int in[2], out[2], status, batches = getenv("PIDEPOCH_QUICK") ? BATCHES / 20 : BATCHES;
	time_t end;
	long calls, wrong = -1;
	pid_t program;

	if (!getenv("PIDEPOCH") || !getenv("PIDEPOCH_BUILDDIR"))
		return 99;
	namespace_enter();
	program = start(in, out);
	kill_them(program, out[0], batches);
	close(in[1]);
	calls = read_tally(out[0], &wrong);
	waitpid(program, &status, 0);
	if (status != 0 || wrong || calls < (long)KILLS * batches * CALLS) {
		printf("FAIL: the program ended with %x\n", (unsigned int)status);
		return 1;
	}
	for (end = now() + TIMEOUT; find_pair().monitor || find_pair().worker; reap_orphans(-1))
		if (now() > end) {
			printf("FAIL: the supervisor has not ended\n");
			return 1;
		}
	return 0;
}
