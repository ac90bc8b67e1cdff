/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fork - microseconds of one fork + _exit + waitpid (block.h).
 *
 *   fork [paced] [fork|vfork|spawn]
 *   fork [paced] parts               fork with the calls and the page copies that a guard needs
 *   fork [paced] start [LIBRARY]     spawn of true with LIBRARY preloaded there, and not here
 *   fork times N                     N forks, one after the other
 */
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "block.h"

#define BLOCKS 61
#define CYCLES 40

extern char **environ;

static pid_t make(const char *how)
{
	char *argv[] = { (char *)"true", NULL };
	pid_t child = -1;

	if (how[0] == 's')
		posix_spawn(&child, "/bin/true", NULL, NULL, argv, environ);
	else
		child = strcmp(how, "vfork") == 0 ? vfork() : fork();
	if (child == 0)
		_exit(0);
	return child;
}

/* What the preload library adds to a cycle, made without it. The child has a copy of the two pages,
 * so a write by the parent copies them. */
static void cycle_parts(char *const page[2])
{
	sigset_t all, old;
	siginfo_t info;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	++*page[0];
	++*page[1];
	sigprocmask(SIG_SETMASK, &old, NULL);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	getpriority(PRIO_PGRP, (id_t)child);
	sigprocmask(SIG_SETMASK, &all, &old);
	if (child < 0 || waitpid(child, NULL, WNOHANG) != child) {
		perror("parts");
		exit(1);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void cycles_of_parts(int count, void *pages)
{
	char *const page[2] = { pages, (char *)pages + sysconf(_SC_PAGESIZE) };

	for (int i = 0; i < count; i++)
		cycle_parts(page);
}

static void *two_pages(void)
{
	void *p = mmap(NULL, 2 * (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

static void cycles(int count, void *how)
{
	for (int i = 0; i < count; i++) {
		pid_t child = make(how);

		if (child < 0 || waitpid(child, NULL, 0) != child) {
			perror(how);
			exit(1);
		}
	}
}

int main(int argc, char **argv)
{
	bool paced = block_is_paced(&argc, &argv);
	char how[] = "fork";

	if (argc > 2 && strcmp(argv[1], "start") == 0 && *argv[2])
		setenv("LD_PRELOAD", argv[2], 1);
	if (argc > 2 && strcmp(argv[1], "times") == 0)
		printf("%.2f\n", block_ns(cycles, atoi(argv[2]), how) / 1e3);
	else if (argc > 1 && strcmp(argv[1], "parts") == 0)
		block_run(paced, cycles_of_parts, BLOCKS, CYCLES, two_pages(), 1e3);
	else
		block_run(paced, cycles, BLOCKS, CYCLES, argc > 1 ? argv[1] : how, 1e3);
	return 0;
}
