/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check - what the tests of libvrange share: one line for each promise, and memory to try it on.
 */
#ifndef TESTS_VRANGE_CHECK_H
#define TESTS_VRANGE_CHECK_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vrange.h>

#define PAGE 4096ul

static int failures;
static sigjmp_buf check_back;
static volatile sig_atomic_t check_armed;

#define CHECK(truth, what)                                                                         \
	do {                                                                                       \
		if (!(truth)) {                                                                    \
			printf("FAIL: %s:%d: %s: %s\n", __FILE__, __LINE__, what, #truth);         \
			check_failed();                                                            \
		}                                                                                  \
	} while (0)

/* The ledger of check_own_ledger(), if this test has one. */
static inline void check_remove_ledger(void)
{
	const char *path = getenv("VRANGE_LEDGER");

	if (path)
		unlink(path);
}

/* With a ledger of its own for volatile files, executes this program again, with @argument: the
 * library reads the path when it is loaded. A killed test with the same pid may have left one. */
static inline int check_own_ledger(const char *argument)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/shm/vrange-test-%d", getpid());
	unlink(path);
	setenv("VRANGE_LEDGER", path, 1);
	execl("/proc/self/exe", "test", argument ? argument : path, NULL);
	return 99;
}

/* With VRANGE_TEST_STOP the first failure ends the test: all that a mutant has to show. */
static inline void check_failed(void)
{
	failures++;
	if (!getenv("VRANGE_TEST_STOP"))
		return;
	fflush(stdout);
	check_remove_ledger();
	_exit(1);
}

static inline void check_skip(const char *why)
{
	printf("skip: %s\n", why);
	check_remove_ledger();
	exit(77);
}

static inline void check_on_sigbus(int sig)
{
	if (!check_armed) {
		signal(sig, SIG_DFL);
		return;
	}
	check_armed = 0;
	siglongjmp(check_back, 1);
}

static inline void check_catch_sigbus(void)
{
	const struct sigaction action = { .sa_handler = check_on_sigbus, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
}

/* the byte at @at, or -1: SIGBUS */
static inline int check_byte(const volatile char *at)
{
	int byte;

	check_armed = 1;
	if (sigsetjmp(check_back, 1))
		return -1;
	byte = (unsigned char)*at;
	check_armed = 0;
	return byte;
}

/* how many of @n pages begin with @byte (-1: raise SIGBUS) */
static inline int check_count(const char *memory, int n, int byte)
{
	int found = 0;

	for (int i = 0; i < n; i++)
		found += check_byte(memory + (size_t)i * PAGE) == byte;
	return found;
}

/* private memory of @n pages, each full of @byte; 0: never written */
static inline char *check_memory(int n, int byte)
{
	char *memory = mmap(NULL, (size_t)n * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(99);
	}
	if (byte)
		memset(memory, byte, (size_t)n * PAGE);
	return memory;
}

/* Runs @run in a forked process; its exit status, or -1. */
static inline int check_in_child(int (*run)(void *arg), void *arg)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		const int result = run(arg);

		fflush(stdout);
		_exit(result);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A forked process that runs @run after check_let_go(). */
struct check_held {
	pid_t pid;
	int go; /* the pipe that it reads from */
};

static inline struct check_held check_hold_child(int (*run)(void *arg), void *arg)
{
	struct check_held child;
	int go[2];
	char byte;

	if (pipe(go) != 0)
		exit(99);
	fflush(stdout);
	child = (struct check_held){ .pid = fork(), .go = go[1] };
	if (child.pid == 0) {
		const int result = read(go[0], &byte, 1) == 1 ? run(arg) : 99;

		fflush(stdout);
		_exit(result);
	}
	close(go[0]);
	return child;
}

/* Its exit status, or -1. */
static inline int check_let_go(struct check_held child)
{
	int status;

	if (write(child.go, "x", 1) != 1)
		exit(99);
	close(child.go);
	return waitpid(child.pid, &status, 0) == child.pid && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : -1;
}

/* Begin a test in which SIGBUS is caught. */
static inline void check_begin(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	check_catch_sigbus();
}

/* Can memory be volatile here? */
static inline bool check_can_purge(void)
{
	char *m = check_memory(1, 7);
	const bool can = mvrange(m, PAGE, VRANGE_VOLATILE, VRANGE_STRICT) == 0;

	if (can)
		mvrange(m, PAGE, VRANGE_NONVOLATILE, VRANGE_PARTIAL);
	munmap(m, PAGE);
	return can;
}

static inline void check_needs_purge(void)
{
	if (!check_can_purge())
		check_skip("userfaultfd is forbidden here");
}

static inline int check_done(void)
{
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
