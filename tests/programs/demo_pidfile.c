// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A daemon with a worker and a pidfile for it. A SIGCHLD handler reaps; the file is not removed.
 * Later "stop" reads the pid back from the daemon's own file and kills that.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int reaped[2]; /* the handler's pipe to the main loop */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void on_child(int signal)
{
	int saved = errno;
	pid_t pid;

	(void)signal;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		if (write(reaped[1], &pid, sizeof(pid)) < 0)
			_exit(1);
	errno = saved;
}

static void start_worker(const char *pidfile)
{
	FILE *f = fopen(pidfile, "w");
	pid_t pid;

	if (!f)
		fail(pidfile);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		_exit(0); /* a worker that dies early */
	fprintf(f, "%d\n", pid);
	fclose(f);
}

static void stop_worker(const char *pidfile)
{
	FILE *f = fopen(pidfile, "r");
	int pid;

	if (!f || fscanf(f, "%d", &pid) != 1)
		fail(pidfile);
	fclose(f);
	if (kill(pid, SIGTERM) < 0)
		printf("kill %d: %m\n", pid);
	else
		printf("sent SIGTERM to %d\n", pid);
}

static pid_t next_exit(void)
{
	pid_t pid;
	ssize_t n;

	do
		n = read(reaped[0], &pid, sizeof(pid));
	while (n < 0 && errno == EINTR);
	return n == sizeof(pid) ? pid : -1;
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_child, .sa_flags = SA_RESTART };
	char command[16];

	if (argc != 2) {
		fprintf(stderr, "usage: %s PIDFILE\n", argv[0]);
		return 2;
	}
	if (pipe(reaped) < 0 || daemon(1, 1) < 0 || sigaction(SIGCHLD, &act, NULL) < 0)
		fail("start");
	start_worker(argv[1]);
	printf("reaped %d\n", next_exit());
	fflush(stdout);
	if (fgets(command, sizeof(command), stdin))
		stop_worker(argv[1]);
	return 0;
}
