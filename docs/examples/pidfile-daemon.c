/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidfile-daemon - a daemon whose pidfile contains a reference, and not a bare pid.
 *
 *     cc pidfile-daemon.c -o pidfile-daemon $(pkg-config --cflags --libs pidepoch)
 *     ./pidfile-daemon start|status|stop FILE
 *
 * A bare pid in a file outlives its process, and even the boot. A program that reads it signals
 * the process that has the pid then. This file names one process instance: 4711:88@f3b3a3c2-... is
 * that one, or none. Status: 0 running, 3 not running, 1 cannot be determined.
 */
#include <errno.h>
#include <fcntl.h>
#include <pidepoch.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNNING = 0, FAILED = 1, USAGE = 2, NOT_RUNNING = 3 };

static int failed(const char *what)
{
	fprintf(stderr, "pidfile-daemon: %s: %s\n", what, pidepoch_strerror(errno));
	return FAILED;
}

static bool is_gone(void)
{
	return errno == ESRCH || errno == EEPOCH;
}

/* Also true of a zombie, which still has its pid. */
static bool has_ended(const struct pidepoch_ref *ref, int patience)
{
	struct pollfd process = { .fd = pidepoch_pidfd_open(ref->pid, ref->epoch, 0),
				  .events = POLLIN };
	bool ended;

	if (process.fd < 0)
		return is_gone();
	ended = poll(&process, 1, patience) == 1;
	close(process.fd);
	errno = ESRCH;
	return ended;
}

/* RUNNING and *@ref, NOT_RUNNING, or FAILED */
static int look(const char *file, struct pidepoch_ref *ref)
{
	char text[PIDEPOCH_TEXT_MAX] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? NOT_RUNNING : failed(file);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	if (pidepoch_parse(text, ref) == 0 && !has_ended(ref, 0))
		return RUNNING;
	/* EEPOCH: a bare pid would have named another process */
	if (!is_gone())
		return failed(file);
	fprintf(stderr, "pidfile-daemon: %s is stale: %s\n", file, pidepoch_strerror(errno));
	return NOT_RUNNING;
}

static void serve(void)
{
	setsid();
	for (int fd = 0; fd < 3; fd++) {
		close(fd);
		open("/dev/null", O_RDWR);
	}
	for (;;)
		pause();
}

static int write_down(const char *file, pid_t pid)
{
	char text[PIDEPOCH_TEXT_MAX];
	struct pidepoch_ref ref;
	int length, fd;

	/* a child, not reaped yet: the pid still is its own */
	if (pidepoch_ref(pid, &ref) < 0)
		return -1;
	length = pidepoch_format(&ref, text, sizeof(text), PIDEPOCH_TEXT_BOOT);
	if (length < 0)
		return -1;
	text[length++] = '\n'; /* where the NUL was */
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		return -1;
	return close(fd);
}

static int start(const char *file)
{
	struct pidepoch_ref old;
	int there = look(file, &old);
	pid_t pid;

	if (there != NOT_RUNNING) {
		if (there == RUNNING)
			fprintf(stderr, "pidfile-daemon: running already, as %d\n", old.pid);
		return FAILED;
	}
	pid = fork();
	if (pid == 0)
		serve();
	if (pid > 0 && write_down(file, pid) == 0)
		return RUNNING;
	there = failed(file);
	if (pid > 0)
		kill(pid, SIGKILL);
	return there;
}

static int stop(const char *file)
{
	struct pidepoch_ref ref;
	int there = look(file, &ref);

	if (there != RUNNING)
		return there;
	if (pidepoch_kill(ref.pid, ref.epoch, SIGTERM) < 0 && !is_gone())
		return failed(file);
	if (!has_ended(&ref, -1))
		return failed(file);
	unlink(file);
	return RUNNING;
}

static int status(const char *file)
{
	struct pidepoch_ref ref;
	int there = look(file, &ref);

	if (there == RUNNING)
		printf("running as %d\n", ref.pid);
	if (there == NOT_RUNNING)
		printf("not running\n");
	return there;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "start") == 0)
		return start(argv[2]);
	if (argc == 3 && strcmp(argv[1], "status") == 0)
		return status(argv[2]);
	if (argc == 3 && strcmp(argv[1], "stop") == 0)
		return stop(argv[2]);
	fprintf(stderr, "usage: pidfile-daemon start|status|stop FILE\n");
	return USAGE;
}
