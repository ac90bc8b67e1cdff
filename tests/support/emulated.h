/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emulated - for static programs that make the emulated calls by their system call numbers: they
 * start themselves again under a supervisor.
 */
#ifndef TESTS_SUPPORT_EMULATED_H
#define TESTS_SUPPORT_EMULATED_H

#include <errno.h>
#include <pidepoch_raw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define INSIDE "NUMBER_INSIDE"

static int number_faults;

/* @got is the kernel's result: >= 0 or -errno */
static inline void number_is(const char *what, long got, long wanted)
{
	if (got == wanted)
		return;
	printf("FAIL: %s: %ld, should be %ld\n", what, got, wanted);
	number_faults++;
}

static inline void number_holds(const char *what, bool right)
{
	number_is(what, right, true);
}

static inline long number_call(long nr, long a, long b, long c, long d)
{
	return pidepoch_raw_call(nr, a, b, c, d, 0);
}

static inline long number_ref(pid_t pid)
{
	return number_call(PIDEPOCH_NR_ref, pid, 0, 0, 0);
}

static inline long number_kill(pid_t pid, long epoch, int signal)
{
	return number_call(PIDEPOCH_NR_kill, pid, epoch, signal, 0);
}

/* Does the program run under a supervisor? */
static inline bool number_is_inside(void)
{
	return getenv(INSIDE) != NULL;
}

/* run the program again, as "pidepoch run PROGRAM" */
static inline void number_go_inside(char **argv)
{
	const char *command = getenv("PIDEPOCH");
	int status;
	pid_t pid;

	if (!command)
		exit(99);
	pid = fork();
	if (pid == 0) {
		execl(command, "pidepoch", "run", "--supervisor=on", "--", "true", (char *)NULL);
		_exit(96);
	}
	waitpid(pid, &status, 0);
	if (status != 0) {
		printf("skip: no supervisor here\n");
		exit(77);
	}
	setenv(INSIDE, "1", 1);
	execl(command, "pidepoch", "run", "--supervisor=on", "--", argv[0], (char *)NULL);
	exit(96);
}

/* The same in a child. @in: where its standard input is written, @out: its standard output. */
static inline pid_t number_start_inside(char **argv, int *in, int *out)
{
	int to[2], from[2];
	pid_t pid;

	if (pipe(to) < 0 || pipe(from) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		syscall(SYS_close_range, 3, ~0u, 0);
		number_go_inside(argv);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

/* a child that lives until the returned descriptor is closed or a signal ends it; it exits with
 * @status */
static inline pid_t number_child(int *keepalive, int status)
{
	int ends[2];
	pid_t pid;
	char c;

	if (pipe(ends) < 0)
		exit(98);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		syscall(SYS_close_range, 3, ~0u, 0); /* also the descriptors of other children */
		while (read(0, &c, 1) < 0)
			;
		_exit(status);
	}
	close(ends[0]);
	*keepalive = ends[1];
	return pid;
}

static inline int number_done(void)
{
	if (!number_faults)
		printf("well\n");
	return number_faults != 0;
}

#endif
