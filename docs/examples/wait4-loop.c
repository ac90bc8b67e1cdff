/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait4-loop - a program with a wait4 loop, ported to references line by line.
 *
 *     cc wait4-loop.c -o wait4-loop $(pkg-config --cflags --libs pidepoch)
 *     ./wait4-loop SECONDS COMMAND...        run the commands, print how each ended, and its time
 *
 * Each changed line has the old line above it, marked with `was`. The other lines did not change.
 * In the new program a wait or signal that comes too late fails, and never reaches another process.
 */
#include <errno.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct job {
	const char *command;
	/* was: pid_t pid; */
	struct pidepoch_ref ref;
};

static int start(struct job *job)
{
	/* was: job->pid = fork(); */
	pid_t pid = fork();

	/* was: if (job->pid == 0) */
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", job->command, (char *)NULL);
		_exit(127);
	}
	/* was: return job->pid < 0 ? -1 : 0; */
	return pid < 0 ? -1 : pidepoch_ref(pid, &job->ref);
}

static void tell(const struct job *job, const siginfo_t *end, const struct rusage *usage)
{
	/* was: WIFEXITED(status) ? "status" : "signal" */
	printf("%s: %s %d, ", job->command, end->si_code == CLD_EXITED ? "status" : "signal",
	       /* was: WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) */
	       end->si_status);
	printf("%ld.%06ld s\n", (long)usage->ru_utime.tv_sec, (long)usage->ru_utime.tv_usec);
}

/* ends a job that is still running */
static void stop(const struct job *job)
{
	/* was: kill(job->pid, SIGTERM), which reaches an unrelated process if other code has
	 * reaped the job */
	if (pidepoch_kill(job->ref.pid, job->ref.epoch, SIGTERM) < 0 && errno != ESRCH &&
	    errno != EEPOCH)
		perror("kill");
}

int main(int argc, char **argv)
{
	const struct timespec patience = { .tv_sec = argc > 2 ? atol(argv[1]) : 0 };
	struct job *jobs = calloc((size_t)argc, sizeof(*jobs));

	if (argc < 3 || !jobs)
		return fprintf(stderr, "usage: wait4-loop SECONDS COMMAND...\n"), 2;
	for (int i = 2; i < argc; i++) {
		jobs[i].command = argv[i];
		if (start(&jobs[i]) < 0)
			return perror("wait4-loop"), 1;
	}
	nanosleep(&patience, NULL);
	for (int i = 2; i < argc; i++)
		stop(&jobs[i]);
	for (int i = 2; i < argc; i++) {
		const struct job *job = &jobs[i];
		struct rusage usage;
		/* was: int status; */
		siginfo_t end;

		/* was: while (wait4(job->pid, &status, 0, &usage) < 0) */
		while (pidepoch_waitid(job->ref.pid, job->ref.epoch, &end, WEXITED, &usage) < 0)
			if (errno != EINTR)
				return perror("wait4-loop"), 1;
		/* was: tell(job, status, &usage); */
		tell(job, &end, &usage);
	}
	free(jobs);
	return 0;
}
