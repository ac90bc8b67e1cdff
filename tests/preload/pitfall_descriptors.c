// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program that closes all descriptors, including its standard error, or opens others under their
 * numbers, sees none of the library's before or after, and no notice goes to a file of its own that
 * has become descriptor 2.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* --- the subject: 0 and 1 are the pipes of the test, and stay; all others are closed and opened
 * --- */

static const char *folder;
static int data_file = -1;
static pid_t number;

/* bit n: descriptor n is open (of the first 62) */
static long open_descriptors(void)
{
	long bits = 0;

	for (int fd = 0; fd < 62; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			bits |= 1L << fd;
	return bits;
}

static pid_t reap_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

/* All calls on a child, and a refusal. The next descriptor afterwards shows whether one was
 * lost. */
static long work(void)
{
	pid_t pid = fork();
	int next;

	if (pid == 0)
		_exit(pause());
	if (pid < 0)
		_exit(93);
	kill(pid, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	kill(pid, 0);
	system("exit 3");
	if (number > 0)
		kill(number, SIGUSR1);
	next = open("/dev/null", O_RDONLY);
	close(next);
	return next;
}

static void open_data(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	data_file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
}

static void close_rest(void)
{
	for (int fd = 2; fd < 1024; fd++)
		close(fd);
	data_file = -1;
}

/* The file at descriptor 2 then, and how many bytes others have written there. */
static long written_to_2(void)
{
	struct stat st;

	return fstat(2, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : -errno;
}

static int pair[2];

static long answer(char what)
{
	char byte;

	switch (what) {
	case 'r':
		return number = reap_one();
	case 'o':
		return open_descriptors();
	case 'w':
		return work();
	case 'c': /* closefrom */
		closefrom(2);
		return 0;
	case 'l': /* a loop */
		close_rest();
		return 0;
	case 'f': /* the next file that is opened becomes descriptor 2 */
		close_rest();
		open_data("first");
		return data_file;
	case 'd': /* dup2 over it */
		open_data("second");
		return dup2(data_file, 2);
	case 's': /* a socket: a write to it would be received */
		return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0
			       ? dup2(pair[0], 2)
			       : -1;
	case 'h':
		return recv(pair[1], &byte, 1, 0);
	case 'b':
		return written_to_2();
	default: /* the refusal */
		return kill(number, SIGUSR1) == 0 ? 0 : errno;
	}
}

/* --- the scenario --- */

static void expect(const struct actor *a, char what, long wanted, const char *name)
{
	long got = actor_ask(a, what);

	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", name, got, wanted);
}

/* The same for both processes, which have made the same calls before. */
static void compare(const struct actor *native, const struct actor *preloaded, char what)
{
	long left = actor_ask(native, what), right = actor_ask(preloaded, what);

	if (left != right)
		actor_fail("asked '%c': natively %#lx, preloaded %#lx", what, left, right);
}

static void start(struct actor *a, const char *name, bool native)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", name);
	if (mkdir(path, 0700) != 0)
		actor_fail("%s: %m", path);
	actor_start_self(a, "subject", path, native);
}

static void run_same(void)
{
	struct actor native, preloaded;

	start(&native, "native", true);
	start(&preloaded, "preloaded", false);
	for (const char *what = "owocwofwobdwobswohlwocwo"; *what; what++)
		compare(&native, &preloaded, *what);
	actor_end(&native);
	actor_end(&preloaded);
	printf("ok   descriptors as they are natively\n");
}

/* A subject whose call is refused, and that has its own file at descriptor 2. */
static void run_notices(void)
{
	struct actor subject, unrelated;

	start(&subject, "refused", false);
	actor_start_unrelated(&unrelated, (pid_t)actor_ask(&subject, 'r'), NULL);
	expect(&subject, 'k', ESRCH, "with the first standard error");
	expect(&subject, 'f', 2, "a file opened as 2");
	expect(&subject, 'k', ESRCH, "with a file as 2");
	expect(&subject, 'b', 0, "bytes in it");
	expect(&subject, 'd', 2, "a file put over 2");
	expect(&subject, 'k', ESRCH, "with that file as 2");
	expect(&subject, 'b', 0, "bytes in that");
	expect(&subject, 's', 2, "a socket as 2");
	expect(&subject, 'k', ESRCH, "with a socket as 2");
	expect(&subject, 'h', -1, "bytes in the socket");
	expect(&subject, 'c', 0, "closefrom");
	expect(&subject, 'k', ESRCH, "without a 2");
	expect(&subject, 'o', 3, "open descriptors");
	if (actor_ask(&unrelated, ACTOR_SIGNALS) != 0)
		actor_fail("the unrelated process was hit");
	actor_end(&unrelated);
	actor_end(&subject);
	printf("ok   no notice in a file of the program's\n");
}

/* The first standard error has received only the one notice from its own time. */
static void check_said(const char *path)
{
	char line[1024];
	int lines = 0;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f))
		lines += strstr(line, "stale pid") != NULL;
	if (lines != 1)
		actor_fail("%d notices where there must be one", lines);
	fclose(f);
}

int main(int argc, char **argv)
{
	char said[PATH_MAX];
	int before;

	if (argc > 2) {
		folder = argv[2];
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	run_same();
	snprintf(said, sizeof(said), "%s/said", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	before = fcntl(2, F_DUPFD_CLOEXEC, 500);
	dup2(open(said, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), 2);
	run_notices();
	dup2(before, 2);
	check_said(said);
	return 0;
}
