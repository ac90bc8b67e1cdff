/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidfile-reader - a daemon that signals another program by that program's pidfile, and harms no
 * other process when the file is stale.
 *
 *     cc pidfile-reader.c -o pidfile-reader $(pkg-config --cflags --libs pidepoch)
 *     ./pidfile-reader FILE [COUNT]
 *
 * For each line on standard input, up to COUNT, it sends SIGHUP to the process in FILE, as
 * logrotate does, and prints what became of it. The pid in the file may be that of another process
 * by now. But the file cannot mean a process that was born after it was written:
 * pidepoch_ref_from() compares the two moments, and the reference that it returns cannot change
 * hands before the signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The pid that is the file's first word, or 0. */
static pid_t read_pid(int fd)
{
	char text[32], *end;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	errno = 0;
	pid = strtol(text, &end, 10);
	return errno == 0 && pid > 1 && pid < 4194304 && (*end == '\n' || *end == '\0') ? (pid_t)pid
											: 0;
}

/* What became of it, for people. */
static const char *hang_up(int fd, pid_t pid)
{
	struct pidepoch_ref ref;

	if (pid == 0)
		return "no pid in the file";
	if (pidepoch_ref_from(pid, fd, &ref) == 0 && pidepoch_kill(ref.pid, ref.epoch, SIGHUP) == 0)
		return "signalled";
	switch (errno) {
	case ESRCH:
		return "not running";
	case EEPOCH:
		return "stale: another process has the pid";
	case EOPNOTSUPP:
		return "perhaps stale: the clocks cannot be compared";
	default:
		return pidepoch_strerror(errno);
	}
}

static void serve(const char *file)
{
	/* without blocking, whatever the file is */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		printf("%s: %s\n", file, pidepoch_strerror(errno));
		return;
	}
	printf("%s\n", hang_up(fd, read_pid(fd)));
	close(fd);
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? atol(argv[2]) : 1;
	int c;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: pidfile-reader FILE [COUNT]\n");
		return 2;
	}
	while (count > 0 && (c = getchar()) != EOF)
		if (c == '\n') {
			serve(argv[1]);
			fflush(stdout);
			count--;
		}
	return 0;
}
