// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program that is linked with the library and has more rights than its caller (AT_SECURE, as a
 * setuid program has) reads no variable of ours: it prints nothing, creates no file and opens none.
 * Without the rights the same environment is read.
 */
#include <errno.h>
#include <fcntl.h>
#include <pidepoch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/users.h"

#define CALLER 65534

static char folder[] = "/tmp/pidepoch-privileged-XXXXXX";
static char log_path[sizeof(folder) + 8], fifo[sizeof(folder) + 8];

static _Noreturn void fail(const char *what)
{
	printf("FAIL: %s\n", what);
	exit(1);
}

/* Opened for writing with O_NONBLOCK, a FIFO without a reader gives ENXIO: the open itself is
 * visible only by what is printed about it. */
static void set_environment(void)
{
	setenv("PIDEPOCH_LOG", log_path, 1);
	setenv("PIDEPOCH_ON_STALE", "wrong", 1);
	setenv("PIDEPOCH_EVENTS", "wrong", 1);
	setenv("PIDEPOCH_STACKS", "wrong", 1);
	setenv("PIDEPOCH_ERRNO", "wrong", 1);
	setenv("PIDEPOCH_FUZZ", fifo, 1);
	setenv("PIDEPOCH_FORCE_OLD", "wrong", 1);
}

static void run(bool privileged)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		umask(0);
		set_environment();
		if (privileged && setresuid(CALLER, 0, 0) != 0)
			_exit(3);
		execl("/proc/self/exe", "privileged", privileged ? "secure" : "plain",
		      (char *)NULL);
		_exit(4);
	}
	if (waitpid(child, &status, 0) != child || status != 0)
		fail(privileged ? "the privileged program" : "the plain program");
}

/* The number of lines in the log; -1: there is no log. */
static int lines(void)
{
	FILE *f = fopen(log_path, "re");
	int n = 0, c;

	if (!f)
		return -1;
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static int be_program(const char *how)
{
	struct pidepoch_ref ref;

	if ((getauxval(AT_SECURE) != 0) != (strcmp(how, "secure") == 0))
		return 5;
	return pidepoch_ref(getppid(), &ref) == 0 ? 0 : 6;
}

int main(int argc, char **argv)
{
	struct stat st;

	if (argc > 1)
		return be_program(argv[1]);
	if (!users_can_change()) {
		printf("skip: only root can have two users at once\n");
		return 77;
	}
	if (!mkdtemp(folder))
		fail("mkdtemp");
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	mkfifo(fifo, 0600);
	run(true);
	if (lines() != -1)
		fail("the privileged program made the log");
	run(false);
	if (lines() != 6)
		fail("the plain program did not read each variable");
	if (stat(log_path, &st) != 0 || (st.st_mode & 07777) != 0600)
		fail("the log's mode is not 0600");
	unlink(log_path);
	unlink(fifo);
	rmdir(folder);
	printf("ok\n");
	return 0;
}
