// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A small job server: one thread reaps, another stops jobs. The stopper looks the job up under
 * the lock and asks "really?" before it kills; the job ends while it waits for the answer, and the
 * reaper reaps it first.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct job {
	pthread_mutex_t lock;
	pid_t pid;
	bool running;
} job = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int job_input[2]; /* the job works until this pipe is closed */
static int looked_up[2]; /* the stopper has its pid */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void start_job(void)
{
	pid_t pid = fork();
	char c;

	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		close(job_input[1]);
		_exit(read(job_input[0], &c, 1) != 0);
	}
	job.pid = pid;
	job.running = true;
}

static void *reap(void *unused)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, 0)) > 0) {
		pthread_mutex_lock(&job.lock);
		job.running = job.running && pid != job.pid;
		pthread_mutex_unlock(&job.lock);
		printf("reaped %d\n", pid);
		fflush(stdout);
	}
	return unused;
}

static void *stop(void *unused)
{
	char answer[16];
	pid_t pid = 0;

	pthread_mutex_lock(&job.lock);
	if (job.running)
		pid = job.pid;
	pthread_mutex_unlock(&job.lock);
	if (write(looked_up[1], "", 1) != 1)
		fail("write");
	if (pid == 0 || !fgets(answer, sizeof(answer), stdin))
		return unused;
	if (kill(pid, SIGTERM) < 0)
		printf("kill %d: %m\n", pid);
	else
		printf("sent SIGTERM to %d\n", pid);
	return unused;
}

int main(void)
{
	pthread_t reaper, stopper;
	char c;

	if (pipe(job_input) < 0 || pipe(looked_up) < 0)
		fail("pipe");
	start_job();
	if (pthread_create(&stopper, NULL, stop, NULL) || read(looked_up[0], &c, 1) != 1 ||
	    pthread_create(&reaper, NULL, reap, NULL))
		fail("thread");
	close(job_input[1]); /* the job has no more work */
	pthread_join(reaper, NULL);
	pthread_join(stopper, NULL);
	return 0;
}
