/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * api - for tests of the API: each scenario runs twice, in a program that is only linked with
 * libpidepoch.so and in one that is preloaded as well; and children to take references to.
 */
#ifndef TESTS_LIB_API_H
#define TESTS_LIB_API_H

#include <errno.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			printf("FAIL: %s:%d: %s (errno %d, %s)\n", __FILE__, __LINE__, #what,      \
			       errno, pidepoch_strerror(errno));                                   \
			fflush(stdout);                                                            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

#define API_SKIP 77 /* the exit status of a scenario that this machine cannot run */

/* is this the program that has been preloaded? */
static inline bool api_preloaded(void)
{
	return getenv("LD_PRELOAD") != NULL;
}

static inline int api_run(const char *library)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (library ? setenv("LD_PRELOAD", library, 1) : unsetenv("LD_PRELOAD"))
			_exit(99);
		execl("/proc/self/exe", "scenario", "scenario", (char *)NULL);
		_exit(99);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == API_SKIP)
		exit(API_SKIP);
	printf("FAIL: %s: status %#x\n", library ? "preloaded" : "linked", (unsigned int)status);
	return 1;
}

/* the whole of main() */
static inline int api_main(int argc, void (*scenario)(void))
{
	const char *library = getenv("PIDEPOCH_PRELOAD");

	if (argc > 1) {
		scenario();
		return 0;
	}
	if (!library) {
		printf("PIDEPOCH_PRELOAD names no library\n");
		return 99;
	}
	return api_run(NULL) + api_run(library) ? 1 : 0;
}

/* memory that cannot be written; volatile, so that the compiler does not see it */
static inline void *api_bad_pointer(void)
{
	volatile uintptr_t at = 8;

	return (void *)at;
}

/* a child that stays */
static inline pid_t api_child(void)
{
	pid_t pid = fork();

	while (pid == 0)
		pause();
	MUST(pid > 0);
	return pid;
}

static inline void api_end(pid_t pid)
{
	MUST(kill(pid, SIGKILL) == 0);
	MUST(waitpid(pid, NULL, 0) == pid);
}

static inline struct pidepoch_ref api_ref(pid_t pid)
{
	struct pidepoch_ref ref;

	MUST(pidepoch_ref(pid, &ref) == 0);
	MUST(ref.pid == pid);
	return ref;
}

/* gone: one or the other, depending on the pid */
static inline bool api_refused(long n)
{
	return n == -1 && (errno == ESRCH || errno == EEPOCH);
}

#endif
